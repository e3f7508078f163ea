import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

type Props = { readonly environment: string; readonly email: string | undefined };

export type Watch = {
  /** What is wrong, as the section of docs/operations.md is called. */
  readonly kind: string;
  /** What it is wrong with, where the environment has several; with `kind` the alarm's name. */
  readonly of?: string;
  /** For the person that it wakes: a sentence each, without a period. */
  readonly meaning: string;
  readonly firstStep: string;
  readonly metric: IMetric;
  readonly atLeast: number;
  readonly periods?: number;
  /** What fires where the metric falls silent; otherwise silence is fine. */
  readonly silenceIsBad?: boolean;
  readonly below?: boolean;
};

/** The one place that all alarms of an environment go to. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  readonly #environment: string;
  readonly #alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, { email, environment }: Props) {
    super(scope, id);
    this.#environment = environment;
    this.topic = new Topic(this, 'topic', {
      topicName: `tailrace-${environment}-alarms`,
      displayName: `Tailrace ${environment}`,
      enforceSSL: true,
    });
    // a topic with a policy of its own has lost the default one, by which the account's alarms may publish
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** All that were made so far, in that order. */
  get alarms(): readonly Alarm[] {
    return this.#alarms;
  }

  /** Makes an alarm that tells both when it fires and when it is over. */
  watch(watch: Watch): void {
    const { atLeast, below = false, firstStep, kind, meaning, metric, of, periods = 1, silenceIsBad = false } = watch;
    const name = of === undefined ? kind : `${kind}-${of}`;
    const alarm = new Alarm(this, name, {
      alarmName: `tailrace-${this.#environment}-${name}`,
      alarmDescription: `${meaning}. First step: ${firstStep}. More: docs/operations.md#${kind}`,
      metric,
      threshold: atLeast,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    this.#alarms.push(alarm);
  }
}
