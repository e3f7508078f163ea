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

type Alarms = ReturnType<typeof environmentSchema.parse>['alarms'];

/** The alarms of staging with these thresholds and topics that keep records for a hundred hours. */
function stagingWith(alarms: Alarms): Properties[] {
  const { retention } = cloudEnvironment('staging').settings;
  return alarmsOf('staging', { alarms, retention: { ...retention, topicHours: 100 } });
}

function ofKind(alarms: readonly Properties[], kind: string): Properties {
  const found = alarms.find(({ AlarmName }) => AlarmName.startsWith(`tailrace-staging-${kind}`));
  if (!found) throw new Error(`No alarm ${kind}`);
  return found;
}

const staging = stagingWith(DEFAULTS);

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
  const changed = stagingWith({
    sourceLagSeconds: 7,
    sourceHeadroomSeconds: 7,
    sourceSilentMinutes: 7,
    sourceTokenAgeSeconds: 7,
    sinkLagRecords: 7,
    sinkRetryMinutes: 35,
    sinkStandstillMinutes: 45,
    deadLetters: 7,
    expiryPercent: 50,
  });

  test.each([
    ['source-lag', { Threshold: 7 }],
    ['source-headroom', { Threshold: 7, ComparisonOperator: 'LessThanThreshold' }],
    ['source-silent', { Threshold: 1, EvaluationPeriods: 7 }],
    ['source-stuck', { Threshold: 7 }],
    ['sink-lag', { Threshold: 7 }],
    ['sink-retrying', { EvaluationPeriods: 7 }],
    ['sink-errors', { EvaluationPeriods: 7 }],
    ['sink-unreachable', { EvaluationPeriods: 7 }],
    ['replay-throttles', { EvaluationPeriods: 7 }],
    ['sink-standstill', { EvaluationPeriods: 9 }],
    ['sink-not-reading', { EvaluationPeriods: 9 }],
    // 50 of the 100 hours that topics keep records
    ['sink-records-expire', { Threshold: 180_000 }],
    ['sink-unread-expire', { EvaluationPeriods: 50 }],
    // of the 14 days that SQS keeps a message
    ['dead-letters-expire', { Threshold: 604_800 }],
    ['dead-letters', { Threshold: 7 }],
  ])('%s', (kind, expected) => {
    expect(ofKind(changed, kind)).toMatchObject(expected);
    expect(ofKind(staging, kind)).not.toMatchObject(expected);
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
    const alarm = ofKind(staging, 'sink-standstill');
    expect(expressionOf(alarm)).toBe('IF(lag > 0 AND FILL(committed, 0) < 1, 1, 0)');
    expect(metricsOf(alarm).map(({ MetricName, Stat }) => [MetricName, Stat])).toEqual([
      ['MaxOffsetLag', 'Minimum'],
      ['CommittedEventCount', 'Sum'],
    ]);
  });

  test('is seen by the source that feeds it, also where its mapping is disabled and tells nothing', () => {
    const alarm = ofKind(staging, 'sink-not-reading');
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
  const alarm = ofKind(staging, 'dead-letters');
  expect(expressionOf(alarm)).toBe('visible + reading');
  expect(metricsOf(alarm).map(({ MetricName }) => MetricName)).toEqual([
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesNotVisible',
  ]);
});
