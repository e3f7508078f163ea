import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createConverter } from '../../../../functions/connect/converters/configure-converters.ts';
import { writeData } from '../../../../functions/connect/converters/data-to-json.ts';
import { writeSchema } from '../../../../functions/connect/converters/json-schemas.ts';
import { DataError } from '../../../../functions/connect/errors.ts';
import { OutputBuffer } from '../../../../functions/connect/output-buffer.ts';
import type { Schema } from '../../../../functions/connect/records.ts';
import { showData } from './show-data.ts';

type Texts = Readonly<Record<string, string>>;
type Observed = {
  readonly text?: string;
  readonly hex?: string;
  readonly read: Texts;
  readonly refused?: string;
  readonly schema?: unknown;
  readonly value?: string;
  readonly write?: readonly ({ readonly json: Texts } | { readonly string: Texts })[];
  readonly written?: readonly { readonly hex?: string | null; readonly refused?: string }[];
};

/** What Kafka Connect 4.3.1's own classes do with the same bytes; `observed/Observe.java` notes it. */
const CASES = JSON.parse(readFileSync(join(import.meta.dirname, 'observed/observed.json'), 'utf8')) as Observed[];

test.each(CASES.map((found, index) => [`${index}: ${(found.text ?? found.hex ?? '').slice(0, 120)}`, found] as const))(
  'JsonConverter does with %s what Kafka Connect does',
  (_, { text = '', hex, read, ...observed }) => {
    const bytes = hex === undefined ? Buffer.from(text, 'utf8') : Buffer.from(hex, 'hex');
    const toData = () => createConverter('JsonConverter', read).toData('t', bytes);
    if (observed.refused !== undefined) {
      expect(toData).toThrow(DataError);
      return;
    }
    const { schema, value } = toData();
    expect(JSON.stringify(JSON.parse(schemaText(schema)))).toBe(JSON.stringify(observed.schema));
    expect(showData(schema, value)).toBe(observed.value);
    for (const [index, write] of (observed.write ?? []).entries()) {
      const converter =
        'json' in write
          ? createConverter('JsonConverter', write.json)
          : createConverter('StringConverter', write.string);
      const wanted = observed.written![index]!;
      const toBytes = () => converter.toBytes('t', schema, value);
      if (wanted.refused !== undefined) expect(toBytes).toThrow(DataError);
      else expect(printable(toBytes())).toBe(printable(wanted.hex === null ? null : Buffer.from(wanted.hex!, 'hex')));
    }
  },
);

/** Bytes as a text that tells all bytes apart. */
const printable = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('latin1');

function schemaText(schema: Schema | null): string {
  if (schema === null) return 'null';
  const out = new OutputBuffer();
  const settings = { decimals: 'BASE64', nullsBecomeDefault: true } as const;
  writeSchema(out, schema, (to, of, value) => writeData(to, of, value, settings));
  return out.take().toString('utf8');
}
