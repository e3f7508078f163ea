import type { Case } from './case-file.ts';

/** Why a case comes out otherwise here, or is not decided yet; nothing where it has to match. */
export const otherwise = ({ name }: Case): string | undefined => REASONS[name];

const RETRIED = 'a failure that passes is retried behind the last event that was taken, whatever the tolerance';
const FINAL = 'a failure that does not pass stops the task with the words of the server, whatever the tolerance';

const REASONS: Readonly<Record<string, string>> = {
  'config-connection-uri-0': 'a message never shows a text that may be a secret',
  'config-output-json-formatter-2': 'a class that is no formatter is refused, not found out at the first poll',
  'errors-open-timeout-token-none': RETRIED,
  'errors-open-timeout-token-all': RETRIED,
  'errors-read-socket-none': RETRIED,
  'errors-read-socket-all': RETRIED,
  'errors-read-mongo-message-none': RETRIED,
  'errors-open-failed-to-parse-9-start-after-token-none': FINAL,
  'errors-open-failed-to-parse-9-start-after-token-all': FINAL,
  'errors-read-unauthorized-13-all': FINAL,
  'errors-read-mongo-message-all': 'errors are told apart by code and label, never by words',
  'heartbeat-stale-after-recreation': 'a lost position stops the task, so there is no second stream',
  'watch-pipeline-types': 'the driver writes undefined as null',
  'watch-pipeline-uuid-java-legacy':
    'uuidRepresentation has no effect: UUIDs are always of subtype 4, and a warning says so',
};
