import { boolean, text } from '../../../connect/properties.ts';
import { refuseClass } from './class-names.ts';

const group = 'Change data capture';
/** Change events as values. */
export const cdcProperties = {
  'change.data.capture.handler': text({
    group,
    importance: 'low',
    description: 'Class that turns change events into writes; without it a value is a document.',
    default: '',
    check: (value) => (value === '' ? undefined : refuseClass('handler', value)),
  }),
  'change.data.capture.handler.remove.null.values': boolean({
    group,
    importance: 'low',
    description: 'Whether fields that are null are left out of what the handler writes.',
    default: 'false',
  }),
};
