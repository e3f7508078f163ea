import type { Resource } from './synthesised.ts';

/** A metric that an alarm looks at, by itself or in an expression. */
export type AlarmMetric = {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Period: number;
  readonly Stat: string;
};

type Member = {
  readonly MetricStat?: { readonly Metric: AlarmMetric; readonly Period: number; readonly Stat: string };
};

/** The metrics of an alarm's properties. */
export function metricsOf({ Metrics, Statistic, ExtendedStatistic, ...alone }: Resource['Properties']): AlarmMetric[] {
  if (!Metrics) return [{ ...alone, Stat: Statistic ?? ExtendedStatistic } as AlarmMetric];
  return (Metrics as Member[]).flatMap(({ MetricStat }) =>
    MetricStat ? [{ ...MetricStat.Metric, Period: MetricStat.Period, Stat: MetricStat.Stat }] : [],
  );
}

/** The expression of an alarm that has one. */
export const expressionOf = ({ Metrics = [] }: Resource['Properties']): string | undefined =>
  (Metrics as { Expression?: string }[]).find(({ Expression }) => Expression !== undefined)?.Expression;
