import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { DEAD_LETTER_DAYS } from './dead-letter-queues.ts';
import { messagesIn, queueMetric } from './metrics.ts';

type Thresholds = Pick<EnvironmentSettings['alarms'], 'deadLetters' | 'expiryPercent'>;

const DAY_SECONDS = 24 * 60 * 60;

/** Dead letters that nobody has looked at, or nobody for long. */
export function watchDeadLetters(topic: AlarmTopic, environment: string, thresholds: Thresholds): void {
  const { deadLetters, expiryPercent } = thresholds;
  const { deadLetterQueue } = namesOf(environment);
  topic.watch({
    kind: 'dead-letters',
    meaning: `${deadLetters === 1 ? 'A dead letter waits' : `${deadLetters} dead letters wait`}: records could not be written, or not be published`,
    firstStep: `npx tailrace dead-letters list --env ${environment}, or the dashboard, says why`,
    metric: messagesIn(deadLetterQueue),
    atLeast: deadLetters,
  });
  topic.watch({
    kind: 'dead-letters-expire',
    meaning: `The oldest dead letter has waited for ${expiryPercent} % of the ${DEAD_LETTER_DAYS} days after which SQS deletes it`,
    firstStep: `mend its cause and send it back: npx tailrace dead-letters redrive --all --env ${environment}`,
    metric: queueMetric(deadLetterQueue, 'ApproximateAgeOfOldestMessage'),
    atLeast: (DEAD_LETTER_DAYS * DAY_SECONDS * expiryPercent) / 100,
  });
}
