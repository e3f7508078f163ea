import { ConnectorError, messageOf } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';

/** At the end of every invocation, also a failed one: its metrics are written, and why it failed is said once. */
export function endInvocation(log: Log, metrics: { flush(): void }) {
  return {
    after: () => metrics.flush(),
    onError({ error }: { error: unknown }) {
      const fields = error instanceof ConnectorError ? { code: error.code, ...error.details } : {};
      log.error('Invocation failed', { ...fields, reason: messageOf(error) });
      metrics.flush();
    },
  };
}
