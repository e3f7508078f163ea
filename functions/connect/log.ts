export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a fixed sentence plus fields goes. `info`: started, stopped, resumed; `warn`: healed itself; `error`: a person
 * is needed. Never a document's content, never a secret.
 */
export type Log = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};
