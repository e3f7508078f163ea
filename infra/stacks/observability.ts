import { type App, Stack } from 'aws-cdk-lib';
import type { Bundles } from '../bundles.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { EnvironmentDashboard } from '../constructs/dashboard.ts';
import { watchDeadLetters } from '../constructs/dead-letter-alarms.ts';
import { watchFunctions } from '../constructs/function-alarms.ts';
import { watchSinks } from '../constructs/sink-alarms.ts';
import { watchSources } from '../constructs/source-alarms.ts';
import { WidgetFunction } from '../constructs/widget-function.ts';
import type { CloudEnvironment } from '../environment.ts';
import type { SinkStack } from './sink.ts';
import { stackPropsOf } from './stack-props.ts';

type Props = { readonly environment: CloudEnvironment; readonly bundles: Bundles; readonly sink: SinkStack };

/** One dashboard with the function that shows dead letters on it, and the alarms that tell one topic. */
export class ObservabilityStack extends Stack {
  constructor(app: App, id: string, { bundles, environment, sink: { mappings } }: Props) {
    super(app, id, stackPropsOf(environment, 'observability', 'dashboard and alarms'));
    const { name, settings, sinks, sources } = environment;
    const topic = new AlarmTopic(this, 'alarms', { environment: name, email: settings.alarms.email });
    watchSources(topic, name, sources, settings.alarms);
    watchSinks(topic, name, { sinks, sources }, mappings, settings);
    watchDeadLetters(topic, name, settings.alarms);
    watchFunctions(topic, name, settings.alarms);
    const widget = new WidgetFunction(this, 'widget', { environment: name, settings, bundle: bundles.widget });
    new EnvironmentDashboard(this, 'overview', {
      environment: name,
      sources,
      sinks,
      mappings,
      alarms: topic.alarms,
      widgetArn: widget.function.functionArn,
    });
  }
}
