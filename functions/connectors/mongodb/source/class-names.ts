const FORMATTERS = 'com.mongodb.kafka.connect.source.json.formatter';
const JAVA_CLASS = /^([\p{L}_$][\p{L}\p{N}_$]*\.)*[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** Output formats by the class names that a connector file has. */
export const FORMATTER_CLASSES = {
  [`${FORMATTERS}.DefaultJson`]: 'default',
  [`${FORMATTERS}.ExtendedJson`]: 'extended',
  [`${FORMATTERS}.SimplifiedJson`]: 'simplified',
} as const satisfies Record<string, 'default' | 'extended' | 'simplified'>;

/** Why a text cannot be the name of a Java class, in the peer's words, or nothing. */
export const refuseClassName = (name: string): string | undefined =>
  JAVA_CLASS.test(name)
    ? undefined
    : 'Does not match: (\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*\\.)*\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*';
