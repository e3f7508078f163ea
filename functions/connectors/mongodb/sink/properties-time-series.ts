import { boolean, choice, long, text } from '../../../connect/properties.ts';
import { refuseDatePattern } from './time-series/date-pattern.ts';

const group = 'Time series';
const DATE_FORMAT =
  "yyyy-MM-dd[['T'][ ]][HH:mm:ss[[.][SSSSSS][SSS]][ ]VV[ ]'['VV']'][HH:mm:ss[[.][SSSSSS][SSS]][ ]X][HH:mm:ss[[.][SSSSSS][SSS]]]";

/** Collections of measurements. */
export const timeSeriesProperties = {
  'timeseries.timefield': text({
    group: group,
    importance: 'low',
    description:
      'Field with the time. Records are inserted, into a time series collection that is made where it is missing.',
    default: '',
  }),
  'timeseries.metafield': text({
    group: group,
    importance: 'low',
    description: 'Field with the metadata.',
    default: '',
  }),
  'timeseries.expire.after.seconds': long({
    group: group,
    importance: 'low',
    description: 'Seconds until a measurement is removed; 0: never.',
    default: '0',
    min: 0,
  }),
  'timeseries.granularity': choice(['', 'seconds', 'minutes', 'hours'], {
    group: group,
    importance: 'low',
    description: 'Expected distance between measurements.',
    default: '',
    refusal: 'Invalid enumerator value. Should be one of: [seconds, minutes, hours]',
  }),
  'timeseries.timefield.auto.convert': boolean({
    group: group,
    importance: 'low',
    description: 'Whether numbers (milliseconds) and texts in the time field become dates.',
    default: 'false',
  }),
  'timeseries.timefield.auto.convert.date.format': text({
    group: group,
    importance: 'low',
    description: 'Pattern (Java) of texts in the time field.',
    default: DATE_FORMAT,
    check: refuseDatePattern,
  }),
  'timeseries.timefield.auto.convert.locale.language.tag': text({
    group: group,
    importance: 'low',
    description: 'Language (BCP 47) of names in the pattern; empty: none, with short English names.',
    default: '',
  }),
};
