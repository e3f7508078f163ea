import { boolean, choice, long, text } from '../../../connect/properties.ts';

const TOLERANCES = ['none', 'all'] as const;

/** What becomes of an event that cannot be a record, and how an idle stream shows that it moves. */
export const errorProperties = {
  'errors.tolerance': choice(TOLERANCES, {
    group: 'Errors',
    importance: 'medium',
    description:
      'none: an event that cannot be a record stops the connector. all: it is left out, and becomes a dead letter.',
    default: 'none',
  }),
  'mongo.errors.tolerance': choice(TOLERANCES, {
    group: 'Errors',
    importance: 'medium',
    description: 'Wins over errors.tolerance where it is set.',
    default: 'none',
  }),
  'errors.log.enable': boolean({
    group: 'Errors',
    importance: 'medium',
    description: 'Logs events that are left out; without tolerance they are always logged.',
    default: 'false',
  }),
  'mongo.errors.log.enable': boolean({
    group: 'Errors',
    importance: 'medium',
    description: 'Wins over errors.log.enable where it is set.',
    default: 'false',
  }),
  'errors.deadletterqueue.topic.name': text({
    group: 'Errors',
    importance: 'medium',
    description: 'Topic for events that are left out, as relaxed JSON; needs errors.tolerance=all.',
    default: '',
  }),
  'mongo.errors.deadletterqueue.topic.name': text({
    group: 'Errors',
    importance: 'medium',
    description: 'Wins over errors.deadletterqueue.topic.name where it is set.',
    default: '',
  }),
  'heartbeat.interval.ms': long({
    group: 'Position',
    importance: 'medium',
    description:
      'Least milliseconds between two heartbeats of an idle stream; 0: none. The position moves without them.',
    default: '0',
    min: 0,
  }),
  'heartbeat.topic.name': text({
    group: 'Position',
    importance: 'medium',
    description: 'Topic of heartbeats, without prefix and suffix.',
    default: '__mongodb_heartbeats',
    check: (value) => (value === '' ? 'String must be non-empty' : undefined),
  }),
  'position.lost': choice(['fail', 'copy', 'latest'], {
    group: 'Position',
    importance: 'high',
    description:
      'What follows when MongoDB can no longer give the changes since the stored position, whatever errors.tolerance is. fail: the connector stops and says what is lost. copy: the watched collections are copied again, then the stream goes on. latest: it goes on from now. copy and latest keep the gap for people to see.',
    default: 'fail',
  }),
  'offset.partition.name': text({
    group: 'Position',
    importance: 'medium',
    description:
      'Name under which the position is kept; a new one begins without a position. Empty: made from hosts and namespace.',
    default: '',
  }),
};
