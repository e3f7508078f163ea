const optional = (type: unknown) => ['null', type];
const record = (name: string, fields: Readonly<Record<string, unknown>>) => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const arrayOf = (items: unknown) => ({ type: 'array', items });

/** Default of `output.schema.key`: the resume token as JSON text. */
export const DEFAULT_KEY_SCHEMA = JSON.stringify(record('keySchema', { _id: 'string' }));

const namespace = { db: 'string', coll: optional('string') };

/** Default of `output.schema.value`: a change event, with its documents as JSON texts. */
export const DEFAULT_VALUE_SCHEMA = JSON.stringify(
  record('ChangeStream', {
    _id: 'string',
    operationType: optional('string'),
    fullDocumentBeforeChange: optional('string'),
    fullDocument: optional('string'),
    ns: optional(record('ns', namespace)),
    to: optional(record('to', namespace)),
    documentKey: optional('string'),
    updateDescription: optional(
      record('updateDescription', {
        updatedFields: optional('string'),
        removedFields: optional(arrayOf('string')),
        truncatedArrays: optional(arrayOf(record('truncatedArray', { field: 'string', newSize: 'int' }))),
        disambiguatedPaths: optional('string'),
      }),
    ),
    clusterTime: optional('string'),
    wallTime: optional('long'),
    txnNumber: optional('long'),
    lsid: optional(record('lsid', { id: 'string', uid: 'string' })),
  }),
);
