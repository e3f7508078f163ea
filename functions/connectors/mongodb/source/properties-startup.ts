import { refuseJavaRegex } from '../../../connect/java-regex.ts';
import { boolean, choice, int, text } from '../../../connect/properties.ts';
import { refuseDocuments } from './json-properties.ts';
import { refuseStartTime } from './start-time.ts';

/** Where a connector without a stored position begins. */
export const startupProperties = {
  'startup.mode': choice(['', 'latest', 'timestamp', 'copy_existing'], {
    group: 'Startup',
    importance: 'high',
    description:
      'What comes first where no position is stored: latest (nothing), timestamp (what happened since), copy_existing (what exists).',
    default: '',
    refusal: 'Invalid enumerator value. Should be one of: [latest, timestamp, copy_existing]',
  }),
  'startup.mode.timestamp.start.at.operation.time': text({
    group: 'Startup',
    importance: 'high',
    description:
      'Time that startup.mode=timestamp begins with: seconds since 1970, an ISO-8601 instant or a BSON timestamp.',
    default: '',
    check: refuseStartTime,
  }),
  ...copyProperties('startup.mode.copy.existing', 'Used with startup.mode=copy_existing.'),
  'copy.existing': boolean({
    group: 'Startup',
    importance: 'high',
    description: 'Deprecated: use startup.mode.',
    default: 'false',
  }),
  ...copyProperties('copy.existing', 'Deprecated: use the property of the same end that begins with startup.mode.'),
};

/** The same five twice: under their name and under the one that they had before. */
function copyProperties<const Prefix extends string>(prefix: Prefix, use: string) {
  const common = { group: 'Startup', importance: 'medium' } as const;
  const properties = {
    'max.threads': int({
      ...common,
      description: `Aggregations that copy at once, of several namespaces or of one. ${use}`,
      default: '4',
      min: 1,
    }),
    'queue.size': int({
      ...common,
      description: `Most documents in a reply of a copying aggregation, which is also bounded by bytes. ${use}`,
      default: '16000',
      min: 1,
    }),
    pipeline: text({
      ...common,
      description: `JSON array of stages that documents go through first. ${use}`,
      default: '',
      check: refuseDocuments,
    }),
    'namespace.regex': text({
      ...common,
      description: `Regular expression (Java) that is found in the namespaces to copy. ${use}`,
      default: '',
      check: (pattern) => {
        const reason = refuseJavaRegex(pattern);
        return reason === undefined ? undefined : `Invalid regex: ${reason}`;
      },
    }),
    'allow.disk.use': boolean({
      ...common,
      description: `Lets the copying aggregations write to disk. ${use}`,
      default: 'true',
    }),
  };
  type Named = { [K in keyof typeof properties as `${Prefix}.${K}`]: (typeof properties)[K] };
  return Object.fromEntries(Object.entries(properties).map(([name, type]) => [`${prefix}.${name}`, type])) as Named;
}
