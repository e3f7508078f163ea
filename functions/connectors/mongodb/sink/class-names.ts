const SINK = 'com.mongodb.kafka.connect.sink';
const ID = `${SINK}.processor.id.strategy`;
const CDC = `${SINK}.cdc`;
const WRITE = `${SINK}.writemodel.strategy`;
const PROCESSOR = `${SINK}.processor`;

/** Class names of the peer by what they are. `false`: known, not built yet, so refused by name. */
export const CLASSES = {
  handler: {
    [`${CDC}.mongodb.ChangeStreamHandler`]: true,
    [`${CDC}.debezium.mongodb.MongoDbHandler`]: true,
    [`${CDC}.debezium.mongodb.ChangeStreamHandler`]: true,
    [`${CDC}.debezium.rdbms.RdbmsHandler`]: true,
    [`${CDC}.debezium.rdbms.mysql.MysqlHandler`]: true,
    [`${CDC}.debezium.rdbms.postgres.PostgresHandler`]: true,
    [`${CDC}.qlik.rdbms.RdbmsHandler`]: true,
  },
  idStrategy: {
    [`${ID}.BsonOidStrategy`]: true,
    [`${ID}.UuidStrategy`]: true,
    [`${ID}.KafkaMetaDataStrategy`]: true,
    [`${ID}.FullKeyStrategy`]: true,
    [`${ID}.PartialKeyStrategy`]: true,
    [`${ID}.PartialValueStrategy`]: true,
    [`${ID}.ProvidedInKeyStrategy`]: true,
    [`${ID}.ProvidedInValueStrategy`]: true,
    [`${ID}.UuidProvidedInKeyStrategy`]: true,
    [`${ID}.UuidProvidedInValueStrategy`]: true,
  },
  writeModelStrategy: {
    [`${WRITE}.DefaultWriteModelStrategy`]: true,
    [`${WRITE}.ReplaceOneDefaultStrategy`]: true,
    [`${WRITE}.InsertOneDefaultStrategy`]: true,
    [`${WRITE}.UpdateOneDefaultStrategy`]: true,
    [`${WRITE}.UpdateOneTimestampsStrategy`]: true,
    [`${WRITE}.ReplaceOneBusinessKeyStrategy`]: true,
    [`${WRITE}.UpdateOneBusinessKeyTimestampStrategy`]: true,
    [`${WRITE}.DeleteOneBusinessKeyStrategy`]: true,
    [`${WRITE}.DeleteOneDefaultStrategy`]: true,
    [`${WRITE}.DeleteOneTombstoneBusinessKeyStrategy`]: true,
  },
  namespaceMapper: {
    [`${SINK}.namespace.mapping.DefaultNamespaceMapper`]: true,
    [`${SINK}.namespace.mapping.FieldPathNamespaceMapper`]: true,
  },
  postProcessor: {
    [`${PROCESSOR}.DocumentIdAdder`]: true,
    [`${PROCESSOR}.KafkaMetaAdder`]: true,
    [`${PROCESSOR}.NullFieldValueRemover`]: true,
    [`${PROCESSOR}.BlockListKeyProjector`]: true,
    [`${PROCESSOR}.BlockListValueProjector`]: true,
    [`${PROCESSOR}.AllowListKeyProjector`]: true,
    [`${PROCESSOR}.AllowListValueProjector`]: true,
    [`${PROCESSOR}.BlacklistKeyProjector`]: true,
    [`${PROCESSOR}.BlacklistValueProjector`]: true,
    [`${PROCESSOR}.WhitelistKeyProjector`]: true,
    [`${PROCESSOR}.WhitelistValueProjector`]: true,
    [`${PROCESSOR}.field.renaming.RenameByMapping`]: true,
    [`${PROCESSOR}.field.renaming.RenameByRegExp`]: true,
  },
} as const satisfies Record<string, Readonly<Record<string, boolean>>>;

export type ClassKind = keyof typeof CLASSES;

const JAVA_CLASS = /^(?:[\p{L}_$][\p{L}\p{N}_$]*\.)*[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** Why a text is no name of a Java class, or nothing; such a name is also safe as the name of a file. */
export const refuseClassName = (name: string): string | undefined =>
  JAVA_CLASS.test(name) ? undefined : 'Does not match expected class pattern.';

/** Why a class of that kind can't be used, in the peer's words where it has some, or nothing. */
export function refuseClass(kind: ClassKind, name: string): string | undefined {
  const malformed = refuseClassName(name);
  if (malformed !== undefined) return malformed;
  const known: Readonly<Record<string, boolean>> = CLASSES[kind];
  const built = Object.hasOwn(known, name) ? known[name] : undefined;
  if (built) return undefined;
  if (built === false) return `Not built yet: ${name}`;
  const isOther = Object.values(CLASSES).some((names) => Object.hasOwn(names, name));
  if (!isOther) return `Class not found: ${name}`;
  return kind === 'handler'
    ? "Contract violation class doesn't implement: 'CdcHandler'"
    : `Class could not be initialized, no public default constructor: ${name}`;
}

/** The simple name behind the last dot: what the code distinguishes. */
export const simpleNameOf = (className: string): string => className.slice(className.lastIndexOf('.') + 1);

export const DEFAULT_CLASSES = {
  idStrategy: `${ID}.BsonOidStrategy`,
  writeModelStrategy: `${WRITE}.DefaultWriteModelStrategy`,
  deleteStrategy: `${WRITE}.DeleteOneDefaultStrategy`,
  namespaceMapper: `${SINK}.namespace.mapping.DefaultNamespaceMapper`,
  postProcessor: `${PROCESSOR}.DocumentIdAdder`,
} as const;
