import type { Problem } from '../../../connect/errors.ts';
import { DEFAULT_CLASSES, simpleNameOf } from './class-names.ts';
import { parseRenamer, refuseRenamer } from './post-processors/renamer-settings.ts';

type Texts = Readonly<Record<string, string>>;

/** Rules between the properties of one topic, in the peer's words; each property is right by itself. */
export const refuseCombinations = (texts: Texts): Problem[] => [
  ...refuseDeletes(texts),
  ...refusePartialIds(texts),
  ...refuseRenames(texts),
  ...refuseTimeSeries(texts),
  ...refuseNamespaceFields(texts),
];

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true';

const refusal = (texts: Texts, property: string, reason: string): Problem => ({
  property,
  message: `Invalid value ${texts[property] ?? ''} for configuration ${property}: ${reason}`,
});

const idStrategyOf = (texts: Texts): string =>
  simpleNameOf(texts['document.id.strategy'] ?? DEFAULT_CLASSES.idStrategy);

const DELETABLE = ['FullKeyStrategy', 'PartialKeyStrategy', 'ProvidedInKeyStrategy'];

function refuseDeletes(texts: Texts): Problem[] {
  const isDefault =
    (texts['delete.writemodel.strategy'] ?? DEFAULT_CLASSES.deleteStrategy) === DEFAULT_CLASSES.deleteStrategy;
  if (!isTrue(texts['delete.on.null.values']) || !isDefault || DELETABLE.includes(idStrategyOf(texts))) return [];
  const reason = `DeleteOneDefaultStrategy can only be applied when the configured IdStrategy is an instance of: ${DELETABLE.join(' or ')}`;
  return [refusal(texts, 'delete.on.null.values', reason)];
}

/** A partial id needs to be told what to keep; only an empty type falls back to that of the side. */
function refusePartialIds(texts: Texts): Problem[] {
  const side = { PartialKeyStrategy: 'key', PartialValueStrategy: 'value' }[idStrategyOf(texts)];
  if (side === undefined) return [];
  const type = texts[`document.id.strategy.partial.${side}.projection.type`] || texts[`${side}.projection.type`];
  if (type !== undefined && type.toLowerCase() !== 'none') return [];
  const reason = `Invalid ${side}.projection.type value. It should be set to either BLOCKLIST or ALLOWLIST`;
  return [refusal(texts, 'document.id.strategy', reason)];
}

/** The peer looks at the entries of a mapping only where its renamer is used. */
function refuseRenames(texts: Texts): Problem[] {
  const chain = texts['post.processor.chain'] ?? '';
  const mapping = texts['field.renamer.mapping'];
  if (mapping === undefined || !chain.split(',').some((name) => simpleNameOf(name.trim()) === 'RenameByMapping'))
    return [];
  // an unreadable one is reported by itself
  if (refuseRenamer(mapping) !== undefined) return [];
  const entries = parseRenamer(mapping);
  if (entries.some(({ others }) => others.some((name) => name === 'oldName' || name === 'newName'))) {
    const reason = 'Expected texts as oldName and newName in field.renamer.mapping';
    return [refusal(texts, 'post.processor.chain', reason)];
  }
  const isEmpty = entries.some((entry) => !entry.texts.has('oldName') && !entry.texts.has('newName'));
  return isEmpty ? [refusal(texts, 'field.renamer.mapping', 'Both oldName and newName must be mapped')] : [];
}

function refuseTimeSeries(texts: Texts): Problem[] {
  if ((texts['timeseries.timefield'] ?? '') !== '') return [];
  return ['timeseries.metafield', 'timeseries.expire.after.seconds', 'timeseries.granularity']
    .filter((property) => !['', '0'].includes(texts[property] ?? ''))
    .map((property) => ({ property, message: 'Missing timeseries configuration: `timeseries.timefield`' }));
}

function refuseNamespaceFields(texts: Texts): Problem[] {
  if (simpleNameOf(texts['namespace.mapper'] ?? '') !== 'FieldPathNamespaceMapper') return [];
  const problems: Problem[] = [];
  const field = (side: string, part: string) => `namespace.mapper.${side}.${part}.field`;
  const isSet = (side: string, part: string) => (texts[field(side, part)] ?? '') !== '';
  for (const part of ['database', 'collection']) {
    if (isSet('key', part) && isSet('value', part)) {
      problems.push({
        property: field('key', part),
        message: `Invalid value ${texts[field('key', part)]} for configuration ${field('key', part)}: Cannot set both: '${field('key', part)}' and '${field('value', part)}'`,
      });
    }
  }
  if (!['database', 'collection'].some((part) => isSet('key', part) || isSet('value', part))) {
    problems.push({
      property: 'namespace.mapper',
      message: `Invalid value ${texts['namespace.mapper']} for configuration namespace.mapper: Missing configuration for the FieldBasedNamespaceMapper. Please configure the database and / or collection field path.`,
    });
  }
  return problems;
}
