import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { environmentSchema } from '../../../infra/environment-schema.ts';
import { expressionOf, metricsOf } from './alarm-metrics.ts';
import { CLOUD, cloudEnvironment, type Resource, resourcesOf, templatesOf } from './synthesised.ts';

type Properties = Resource['Properties'];
type Settings = Parameters<typeof cloudEnvironment>[1];

const DEFAULTS = environmentSchema.parse({}).alarms;
const everyAlarm = CLOUD.flatMap((name) => alarmsOf(name));

function alarmsOf(name: string, settings: Settings = {}): Properties[] {
  const { observability } = templatesOf(cloudEnvironment(name, settings));
  return resourcesOf(observability, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
}

/** The alarm of staging that begins so, with other settings. */
function alarmWith(kind: string, alarms: Partial<typeof DEFAULTS>, topicHours = 100): Properties {
  const { retention } = cloudEnvironment('staging').settings;
  const found = alarmsOf('staging', {
    alarms: { ...DEFAULTS, ...alarms },
    retention: { ...retention, topicHours },
  }).find(({ AlarmName }) => AlarmName.startsWith(`tailrace-staging-${kind}`));
  if (!found) throw new Error(`No alarm ${kind}`);
  return found;
}

describe('the operations guide', () => {
  const guide = readFileSync('docs/operations.md', 'utf8');
  const [, section = ''] = /\n## Alarms\n(.*?)\n## /s.exec(guide) ?? [];
  const headings = [...section.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  const linked = everyAlarm.map(({ AlarmDescription }) => /docs\/operations\.md#(\S+)$/.exec(AlarmDescription)?.[1]);

  test('has a section for every alarm, which its description names, and none for others', () => {
    expect([...new Set(linked)].sort()).toEqual(headings.toSorted());
  });

  test('says in every section what it means and what to do', () => {
    for (const heading of headings) {
      const [, text = ''] = section.split(`### ${heading}\n`);
      const [own = ''] = text.split('\n### ');
      expect(own, heading).toMatch(/^\n\*\*Means\*\*:/);
      expect(own, heading).toContain('\n**Do**:');
    }
  });

  test('names every setting of the alarms', () => {
    for (const setting of Object.keys(DEFAULTS)) expect(section).toContain(`\`${setting}\``);
  });
});

test('every description says what is wrong, with what, and the first step, in what CloudWatch takes', () => {
  for (const { AlarmDescription, AlarmName } of everyAlarm) {
    expect(AlarmDescription, AlarmName).toMatch(
      /^[A-Z][^.]*.*\. First step: \S.*\. More: docs\/operations\.md#[a-z-]+$/,
    );
    expect(AlarmDescription.length, AlarmName).toBeLessThan(1024);
  }
});

describe('thresholds come from the settings', () => {
  test.each([
    ['source-lag', { sourceLagSeconds: 7 }, { Threshold: 7 }],
    ['source-headroom', { sourceHeadroomSeconds: 7 }, { Threshold: 7, ComparisonOperator: 'LessThanThreshold' }],
    ['source-silent', { sourceSilentMinutes: 7 }, { Threshold: 1, EvaluationPeriods: 7 }],
    ['source-stuck', { sourceTokenAgeSeconds: 7 }, { Threshold: 7 }],
    ['sink-lag', { sinkLagRecords: 7 }, { Threshold: 7 }],
    ['sink-retrying', { sinkRetryMinutes: 35 }, { EvaluationPeriods: 7 }],
    ['sink-errors', { sinkRetryMinutes: 35 }, { EvaluationPeriods: 7 }],
    ['replay-throttles', { sinkRetryMinutes: 35 }, { EvaluationPeriods: 7 }],
    ['sink-standstill', { sinkStandstillMinutes: 35 }, { EvaluationPeriods: 7 }],
    ['sink-not-reading', { sinkStandstillMinutes: 35 }, { EvaluationPeriods: 7 }],
    // 50 of the 100 hours that topics keep records
    ['sink-records-expire', { expiryPercent: 50 }, { Threshold: 180_000 }],
    ['sink-unread-expire', { expiryPercent: 50 }, { EvaluationPeriods: 50 }],
    // of the 14 days that SQS keeps a message
    ['dead-letters-expire', { expiryPercent: 50 }, { Threshold: 604_800 }],
    ['dead-letters', { deadLetters: 7 }, { Threshold: 7 }],
  ])('%s', (kind, alarms, expected) => {
    expect(alarmWith(kind, alarms)).toMatchObject(expected);
    expect(alarmWith(kind, {})).not.toMatchObject(expected);
  });
});

test('where topics keep their records for ever, no alarm speaks of their end', () => {
  const { retention } = cloudEnvironment('staging').settings;
  const forEver = alarmsOf('staging', { retention: { ...retention, topicHours: 'unlimited' } });
  const names = (alarms: readonly Properties[]) => alarms.map(({ AlarmName }) => String(AlarmName));
  expect(names(alarmsOf('staging')).some((name) => /sink-(records|unread)-expire/.test(name))).toBe(true);
  expect(names(forEver).filter((name) => /sink-(records|unread)-expire/.test(name))).toEqual([]);
});

test.each([
  ['of an hour', 1],
  ['of a year', 8760],
])('with a retention %s the alarms look back no further than CloudWatch does', (_, topicHours) => {
  const { retention } = cloudEnvironment('staging').settings;
  for (const alarm of alarmsOf('staging', { retention: { ...retention, topicHours } })) {
    const metrics = metricsOf(alarm);
    const [period = 0] = metrics.map(({ Period }) => Period);
    expect(new Set(metrics.map(({ Period }) => Period))).toEqual(new Set([period]));
    const most = period >= 3600 ? 7 * 86_400 : 86_400;
    expect(period * alarm.EvaluationPeriods, alarm.AlarmName).toBeLessThanOrEqual(most);
    expect(metrics.length).toBeLessThanOrEqual(10);
  }
});

describe('a sink that reads nothing', () => {
  test('is seen by its mapping: records that waited the whole time and no commit, which may have no count at all', () => {
    const alarm = alarmWith('sink-standstill', {});
    expect(expressionOf(alarm)).toBe('IF(lag > 0 AND FILL(committed, 0) < 1, 1, 0)');
    expect(metricsOf(alarm).map(({ MetricName, Stat }) => [MetricName, Stat])).toEqual([
      ['MaxOffsetLag', 'Minimum'],
      ['CommittedEventCount', 'Sum'],
    ]);
  });

  test('is seen by the source that feeds it, also where its mapping is disabled and tells nothing', () => {
    const alarm = alarmWith('sink-not-reading', {});
    expect(expressionOf(alarm)).toBe('IF(FILL(written0, 0) > 0 AND FILL(read, 0) < 1, 1, 0)');
    expect(metricsOf(alarm).map(({ MetricName, Stat }) => [MetricName, Stat])).toEqual([
      ['sourceRecords', 'Sum'],
      ['sinkRecordAge', 'SampleCount'],
    ]);
  });

  test('has no such alarm where no source of the environment writes to its topics', () => {
    const environment = cloudEnvironment('staging');
    const sources = environment.sources.map((source) => ({ ...source, topics: ['elsewhere'] }));
    const { observability } = templatesOf({ ...environment, sources });
    const names = resourcesOf(observability, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName);
    expect(names.filter((name) => name.includes('not-reading'))).toEqual([]);
  });
});

test('a person who looks at dead letters does not end their alarm: what is being read counts, too', () => {
  const alarm = alarmWith('dead-letters', {});
  expect(expressionOf(alarm)).toBe('visible + reading');
  expect(metricsOf(alarm).map(({ MetricName }) => MetricName)).toEqual([
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesNotVisible',
  ]);
});
