import { type Field, toBytes } from '../functions/connectors/mongodb/bson/tagged-bson.ts';

const text = (value: string): Field[1] => ({ type: 'string', value });

/** The change event of an insert of `{"_id": id}` into `shop.orders`, with the token `T<id>`. */
export const insertEvent = (id: string): Buffer =>
  toBytes([
    ['_id', { type: 'document', value: [['_data', text(`T${id}`)]] }],
    ['operationType', text('insert')],
    [
      'ns',
      {
        type: 'document',
        value: [
          ['db', text('shop')],
          ['coll', text('orders')],
        ],
      },
    ],
    ['documentKey', { type: 'document', value: [['_id', text(id)]] }],
  ]);
