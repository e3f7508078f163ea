import type { OpenSink } from '../connect/connector.ts';
import type { ConnectorError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import type { Outcome } from '../connect/outcomes.ts';
import { isWaiting } from '../connect/parking.ts';
import { type ConsumedRecord, positionOf } from '../connect/records.ts';
import type { Settlement } from './settle.ts';

export type ReportDeps = {
  readonly sink: Pick<OpenSink, 'toleranceOf' | 'logsErrors'>;
  readonly log: Log;
  readonly metrics: Metrics;
};

type Rejected = Extract<Outcome, { status: 'rejected' }>;

/** Says what became of the records of a put: numbers always, words only for what somebody may have to look at. */
export function reportPut(
  records: readonly ConsumedRecord[],
  outcomes: readonly Outcome[],
  { unsettled }: Settlement,
  includesTimes: boolean,
  deps: ReportDeps,
): void {
  const { log, metrics, sink } = deps;
  const { rejected, skipped, written } = countByStatus(outcomes);
  metrics.add('sinkRecords', records.length);
  metrics.add('sinkWritten', written);
  metrics.add('sinkSkipped', skipped);
  metrics.add('sinkRejected', rejected - outcomes.filter(isWaiting).length);
  metrics.add('sinkUnsettled', unsettled.length);
  const again = new Set(unsettled);
  for (const [place, outcome] of outcomes.entries()) {
    if (outcome.status !== 'rejected') continue;
    const record = records[place]!;
    const fields = { ...fieldsOf(outcome), ...whereOf(record, includesTimes) };
    const isHeld = again.has(place) && sink.toleranceOf(record.topic, outcome.stage) === 'none';
    if (isHeld) {
      metrics.add('sinkHeld', 1);
      log.error('A record holds its topic-partition', fields);
      continue;
    }
    // one that comes again is said when it is settled; without errors.log.enable the dead letter itself says it all
    if (!again.has(place) && sink.logsErrors(record.topic, outcome.stage)) log.error('Record rejected', fields);
  }
  const first = firstError(outcomes);
  if (!first) return;
  const { code, details, message: reason } = first;
  log.warn('Records have to come again', { count: unsettled.length, code, reason, ...details });
}

function countByStatus(outcomes: readonly Outcome[]): Record<Outcome['status'], number> {
  const counts = { rejected: 0, skipped: 0, unsettled: 0, written: 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}

const fieldsOf = ({ class: className, error, stage }: Rejected) => ({
  code: error.code,
  stage,
  class: className,
  ...error.details,
});

/** Never the content; `errors.log.include.messages` adds no more than Kafka Connect does for a sink. */
const whereOf = (record: ConsumedRecord, includesTimes: boolean) => ({
  position: positionOf(record),
  ...(includesTimes && { timestamp: record.timestamp, timestampType: record.timestampType }),
});

/** The failure itself before those that only stand behind it. */
export function firstError(outcomes: readonly Outcome[]): ConnectorError | undefined {
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'unsettled' ? [outcome.error] : []));
  return errors.find(({ code }) => code !== 'WRITE_SKIPPED') ?? errors[0];
}
