import type { Review } from '../../../connect/connector-config.ts';
import { converterNameOf } from '../../../connect/converters/converter-classes.ts';
import type { Problem } from '../../../connect/errors.ts';
import type { SourceConfig } from './properties.ts';
import { containsItself } from './schema/contains-itself.ts';
import { refuseAvroSchema } from './schema/refuse-avro.ts';
import { toConnectSchema } from './schema/to-connect-schema.ts';

/** Rules of schema output that need more than one property. */
export function reviewSchemas(config: SourceConfig): Review {
  const keys = config.outputFormatKey === 'schema';
  const values = config.outputFormatValue === 'schema';
  const infers = config.outputSchemaInferValue;
  const writesKeySchemas = keys && writesSchemas(config.keyConverter, config.originals['key.converter.schemas.enable']);
  const writesValueSchemas =
    values && !infers && writesSchemas(config.valueConverter, config.originals['value.converter.schemas.enable']);
  return {
    problems: [
      ...(writesKeySchemas ? endless('key', config.outputSchemaKey) : []),
      ...(writesValueSchemas ? endless('value', config.outputSchemaValue) : []),
    ],
    warnings: Object.entries({
      'output.schema.key': !keys && 'output.format.key is not schema',
      'output.schema.value': values
        ? infers && 'output.schema.infer.value is true'
        : 'output.format.value is not schema',
      'output.schema.infer.value': infers && !values && 'output.format.value is not schema',
    }).flatMap(([property, reason]) =>
      reason !== false && property in config.originals ? [`${property}: Has no effect, since ${reason}`] : [],
    ),
  };
}

/** JsonConverter puts the whole schema into each record, which has no end where the schema contains itself. */
function endless(side: 'key' | 'value', avroSchema: string): Problem[] {
  // with a placeholder in it a schema can't be read before the start
  if (refuseAvroSchema(avroSchema) !== undefined || !containsItself(toConnectSchema(avroSchema))) return [];
  return [
    {
      property: `output.schema.${side}`,
      message: `Expected a schema that JsonConverter can write, got a record that contains itself; set ${side}.converter.schemas.enable=false`,
    },
  ];
}

const writesSchemas = (converter: string, enabled = 'true'): boolean =>
  converterNameOf(converter) === 'JsonConverter' && enabled.toLowerCase() === 'true';
