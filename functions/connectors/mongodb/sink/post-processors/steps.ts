import { DataError } from '../../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../../connect/records.ts';
import { simpleNameOf } from '../class-names.ts';
import type { SinkConfig } from '../properties.ts';
import { allowList } from './allow-list.ts';
import { blockList, type Projection } from './block-list.ts';
import { fieldsIn, type Step } from './chain.ts';
import { type FieldValueTransformer, transformFields } from './field-value-transformer.ts';
import { addMetadata } from './kafka-meta.ts';
import { removeNulls } from './null-remover.ts';
import { type Rename, renameByMapping, renameByRegExp, renameFields } from './renamers.ts';

/** The names between commas, without the blanks around them; empty ones are none. */
export const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

type Make = (config: SinkConfig) => Step | undefined;

const blockKey: Make = (config) => onKey(blockList(namesIn(config.keyProjectionList)));
const blockValue: Make = (config) => onValue(blockList(namesIn(config.valueProjectionList)));
const allowKey: Make = (config) => onKey(allowList(namesIn(config.keyProjectionList)));
const allowValue: Make = (config) => onValue(allowList(namesIn(config.valueProjectionList)));

/** Post processors by the simple name of the peer's class. Nothing: with these settings it has nothing to do. */
const postProcessors: Readonly<Record<string, Make>> = {
  BlockListKeyProjector: blockKey,
  BlockListValueProjector: blockValue,
  AllowListKeyProjector: allowKey,
  AllowListValueProjector: allowValue,
  BlacklistKeyProjector: blockKey,
  BlacklistValueProjector: blockValue,
  WhitelistKeyProjector: allowKey,
  WhitelistValueProjector: allowValue,
  KafkaMetaAdder: () => (opened) => {
    const fields = fieldsIn(opened.value());
    if (fields) addMetadata(fields, opened.source.record);
  },
  NullFieldValueRemover: () => onValue(removeNulls),
  RenameByMapping: (config) => renaming(renameByMapping(config.fieldRenamerMapping)),
  RenameByRegExp: (config) => renaming(renameByRegExp(config.fieldRenamerRegexp)),
};

/** The steps of one topic: the configured ones, behind DocumentIdAdder where it is not among them, and ours at the end. */
export function stepsOf(
  config: SinkConfig,
  last: { readonly timeField: Projection | undefined; readonly transformer: FieldValueTransformer | undefined },
): (Step | 'add-id')[] {
  const names = config.postProcessorChain.map(simpleNameOf);
  const { timeField, transformer } = last;
  return [
    ...(names.includes('DocumentIdAdder') ? names : ['DocumentIdAdder', ...names]).map((name) =>
      name === 'DocumentIdAdder' ? 'add-id' : made(name, config),
    ),
    timeField && onValue(timeField),
    transformer && onValue((fields) => transformFields(fields, transformer)),
  ].filter((step) => step !== undefined);
}

function made(name: string, config: SinkConfig): Step | undefined {
  const make = postProcessors[name];
  if (!make) throw new TypeError(`Unchecked post processor ${name}`);
  return make(config);
}

const onKey =
  (project: Projection): Step =>
  ({ source, key }) => {
    const fields = fieldsIn(key());
    if (fields) positioned(source.record, () => project(fields));
  };

const onValue =
  (project: Projection): Step =>
  ({ source, value }) => {
    const fields = fieldsIn(value());
    if (fields) positioned(source.record, () => project(fields));
  };

/** Renamers read both sides, also one that none of their settings names. */
function renaming(rename: Rename | undefined): Step | undefined {
  if (!rename) return undefined;
  return (opened) => {
    const [key, value] = [fieldsIn(opened.key()), fieldsIn(opened.value())];
    positioned(opened.source.record, () => {
      if (key) renameFields(key, 'key', rename);
      if (value) renameFields(value, 'value', rename);
    });
  };
}

/** A post processor knows the document, not the record that it came in. */
function positioned(record: SinkRecord, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.code, `${error.message} at ${positionOf(record)}`, { cause: error });
  }
}
