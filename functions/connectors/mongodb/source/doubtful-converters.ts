import { converterNameOf } from '../../../connect/converters/converter-classes.ts';
import type { SourceConfig } from './properties.ts';

type Format = SourceConfig['outputFormatValue'];

/** What each converter is not for, by the output format, with the one that is. */
const DOUBTS: Readonly<Record<Format, Readonly<Record<string, string>>>> = {
  json: { ByteArrayConverter: 'takes no texts, so that every record fails; set StringConverter' },
  bson: { StringConverter: 'takes no bytes, so that every record fails; set ByteArrayConverter' },
  schema: {
    StringConverter: 'writes structs as Java prints them, Struct{…}, which nothing reads; set JsonConverter',
    ByteArrayConverter: 'takes no structs, so that every record fails; set JsonConverter',
  },
};

/** Warnings about converters that can't be meant: the peer fails, or prints what nobody can read, at the first record. */
export function doubtfulConverters(config: SourceConfig): string[] {
  const sides = [
    ['key', config.outputFormatKey, config.keyConverter],
    ['value', config.outputFormatValue, config.valueConverter],
  ] as const;
  return sides.flatMap(([side, format, className]) => {
    const name = converterNameOf(className);
    const doubt = DOUBTS[format]?.[name];
    return doubt === undefined ? [] : [`${side}.converter: With output.format.${side}=${format}, ${name} ${doubt}`];
  });
}
