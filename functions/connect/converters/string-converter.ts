import { text } from '../properties.ts';
import { OPTIONAL_STRING } from '../records.ts';
import type { Converter } from './converter.ts';
import { javaText } from './java-text.ts';
import { ENCODING_NAMES, encodingOf, isUtf8Name } from './text-encodings.ts';

export const stringConverterProperties = {
  'converter.encoding': text({
    group: 'StringConverter',
    importance: 'high',
    description: `Encoding of the texts: ${ENCODING_NAMES.join(', ')}.`,
    default: 'UTF-8',
    check: (name) => (encodingOf(name) ? undefined : `Expected one of ${ENCODING_NAMES.join(', ')}`),
  }),
};

/**
 * `org.apache.kafka.connect.storage.StringConverter`: what Java's `toString` prints. Text that is UTF-8 bytes stays
 * those bytes, in both directions.
 */
export function createStringConverter({ converterEncoding }: { readonly converterEncoding: string }): Converter {
  const isUtf8 = isUtf8Name(converterEncoding);
  const { encode, decode } = encodingOf(converterEncoding)!;
  return {
    toBytes(_topic, schema, value) {
      if (value === null || value === undefined) return null;
      if (isUtf8 && value instanceof Uint8Array && schema?.type === 'string') return value;
      return encode(javaText(schema, value));
    },
    toData: (_topic, bytes) => ({
      schema: OPTIONAL_STRING,
      value: bytes === null || isUtf8 ? bytes : decode(bytes),
    }),
  };
}

/** In UTF-8, as it is unless something else is asked for. */
export const stringConverter: Converter = createStringConverter({ converterEncoding: 'UTF-8' });
