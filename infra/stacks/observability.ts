import { type App, Stack } from 'aws-cdk-lib';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { watchDeadLetters, watchSinks, watchSources } from '../constructs/alarms.ts';
import { EnvironmentDashboard } from '../constructs/dashboard.ts';
import type { CloudEnvironment } from '../environment.ts';
import type { SinkStack } from './sink.ts';
import { stackPropsOf } from './stack-props.ts';

/** One dashboard, and the alarms that tell one topic. */
export class ObservabilityStack extends Stack {
  constructor(app: App, id: string, environment: CloudEnvironment, { mappings }: SinkStack) {
    super(app, id, stackPropsOf(environment, 'observability', 'dashboard and alarms'));
    const { name, settings, sinks, sources } = environment;
    const topic = new AlarmTopic(this, 'alarms', { environment: name, email: settings.alarms.email });
    watchSources(topic, name, sources, settings.alarms);
    watchSinks(topic, name, sinks, mappings, settings.alarms);
    watchDeadLetters(topic, name);
    new EnvironmentDashboard(this, 'overview', { environment: name, sources, sinks, mappings });
  }
}
