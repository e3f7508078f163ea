import type { CdcHandler } from './cdc-handler.ts';
import { changeStreamHandler } from './change-stream-handler.ts';
import { debeziumChangeStreamHandler, debeziumOplogHandler } from './debezium-mongodb.ts';
import { debeziumRdbmsHandler } from './debezium-rdbms.ts';
import { qlikRdbmsHandler } from './qlik-rdbms.ts';

const CDC = 'com.mongodb.kafka.connect.sink.cdc';

/** CDC handlers by the peer's class. Its handlers for MySQL and PostgreSQL are the one for any relational database. */
export const cdcHandlers: Readonly<Record<string, CdcHandler>> = {
  [`${CDC}.mongodb.ChangeStreamHandler`]: changeStreamHandler,
  [`${CDC}.debezium.mongodb.MongoDbHandler`]: debeziumOplogHandler,
  [`${CDC}.debezium.mongodb.ChangeStreamHandler`]: debeziumChangeStreamHandler,
  [`${CDC}.debezium.rdbms.RdbmsHandler`]: debeziumRdbmsHandler,
  [`${CDC}.debezium.rdbms.mysql.MysqlHandler`]: debeziumRdbmsHandler,
  [`${CDC}.debezium.rdbms.postgres.PostgresHandler`]: debeziumRdbmsHandler,
  [`${CDC}.qlik.rdbms.RdbmsHandler`]: qlikRdbmsHandler,
};
