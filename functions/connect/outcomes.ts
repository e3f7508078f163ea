import type { ConnectorError, DataError } from './errors.ts';

/** Where on its way a record failed, as Kafka Connect names it. */
export type Stage =
  | 'TASK_POLL'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'TRANSFORMATION'
  | 'KAFKA_PRODUCE'
  | 'TASK_PUT';

/** What became of one record of a put. A batch's outcome is data, not an exception. */
export type Outcome =
  | { readonly status: 'written' }
  /** A no-op, such as a change event that the handler ignores. */
  | { readonly status: 'skipped' }
  /**
   * Can never succeed. `class` is what failed on it, for the dead letter; `parkingKey` what its later records are
   * recognised by, where the connector knows.
   */
  | {
      readonly status: 'rejected';
      readonly error: DataError;
      readonly stage: Stage;
      readonly class: string;
      readonly parkingKey?: string | undefined;
    }
  /** Must come again. */
  | { readonly status: 'unsettled'; readonly error: ConnectorError };

export const WRITTEN: Outcome = { status: 'written' };
export const SKIPPED: Outcome = { status: 'skipped' };
