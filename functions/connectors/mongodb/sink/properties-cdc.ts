import { boolean, choice, long, text } from '../../../connect/properties.ts';
import { refuseClass } from './class-names.ts';

const group = 'Change data capture';
const TIME_SERIES = 'Time series';
const DATE_FORMAT =
  "yyyy-MM-dd[['T'][ ]][HH:mm:ss[[.][SSSSSS][SSS]][ ]VV[ ]'['VV']'][HH:mm:ss[[.][SSSSSS][SSS]][ ]X][HH:mm:ss[[.][SSSSSS][SSS]]]";

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

/** Collections of measurements. */
export const timeSeriesProperties = {
  'timeseries.timefield': text({
    group: TIME_SERIES,
    importance: 'low',
    description: 'Field with the time; makes the collection a time series.',
    default: '',
    check: (value) => (value === '' ? undefined : 'Not built yet: time series'),
  }),
  'timeseries.metafield': text({
    group: TIME_SERIES,
    importance: 'low',
    description: 'Field with the metadata.',
    default: '',
    check: (value) => (value === '' ? undefined : 'Not built yet: time series'),
  }),
  'timeseries.expire.after.seconds': long({
    group: TIME_SERIES,
    importance: 'low',
    description: 'Seconds until a measurement is removed; 0: never.',
    default: '0',
    min: 0,
  }),
  'timeseries.granularity': choice(['', 'seconds', 'minutes', 'hours'], {
    group: TIME_SERIES,
    importance: 'low',
    description: 'Expected distance between measurements.',
    default: '',
    refusal: 'Invalid enumerator value. Should be one of: [seconds, minutes, hours]',
  }),
  'timeseries.timefield.auto.convert': boolean({
    group: TIME_SERIES,
    importance: 'low',
    description: 'Whether numbers and texts in the time field become dates.',
    default: 'false',
  }),
  'timeseries.timefield.auto.convert.date.format': text({
    group: TIME_SERIES,
    importance: 'low',
    description: 'Pattern (Java) of texts in the time field.',
    default: DATE_FORMAT,
  }),
  'timeseries.timefield.auto.convert.locale.language.tag': text({
    group: TIME_SERIES,
    importance: 'low',
    description: 'Language of names in the pattern.',
    default: '',
  }),
};
