import { describe, expect, test } from 'vitest';
import type { DeploymentFacts } from '../../../../../../functions/connectors/mongodb/source/probe/deployment-facts.ts';
import {
  type Asked,
  nameOf,
  planFeatures,
} from '../../../../../../functions/connectors/mongodb/source/probe/plan-features.ts';
import { mongodbSourceConfig } from '../../../../../../functions/connectors/mongodb/source/properties.ts';

const facts = (over: Partial<DeploymentFacts> = {}): DeploymentFacts => ({
  topology: 'replica set',
  service: 'MongoDB',
  version: [8, 0, 4],
  featureVersion: undefined,
  maxWireVersion: 25,
  members: 3,
  isOplogReadable: true,
  missingActions: [],
  unknown: [],
  ...over,
});

const plan = (over: Partial<DeploymentFacts>, properties: Readonly<Record<string, string>> = {}, asked?: Asked) =>
  planFeatures(
    facts(over),
    mongodbSourceConfig.parse({
      name: 'orders',
      'connector.class': 'MongoSource',
      database: 'shop',
      collection: 'orders',
      ...properties,
    }),
    asked ?? { readPreference: 'primary', isDirect: false },
  );

describe('features', () => {
  test.each([
    ['4.2', { version: [4, 2, 25] }, false, 'no'],
    ['6.0.8, before the stage was brought to 6.0', { version: [6, 0, 8] }, false, 'yes'],
    ['6.0.9', { version: [6, 0, 9] }, true, 'yes'],
    ['6.3, a release between the lines', { version: [6, 3, 2] }, false, 'yes'],
    ['7.0', { version: [7, 0, 0] }, true, 'yes'],
    ['8.2', { version: [8, 2, 11] }, true, 'yes'],
    ['7.0 held down to 6.0', { version: [7, 0, 4], featureVersion: [6, 0, 0] }, false, 'yes'],
    ['6.0.14 held down to 5.0', { version: [6, 0, 14], featureVersion: [5, 0, 0] }, false, 'no'],
    ['7.0, upgraded', { version: [7, 0, 4], featureVersion: [7, 0, 0] }, true, 'yes'],
    // whatever version it is compatible with
    ['DocumentDB', { service: 'DocumentDB', version: [8, 0, 0] }, false, 'no'],
    // nothing is relied on, and nothing refused
    ['a deployment that keeps its version to itself', { version: undefined }, false, 'unknown'],
  ] as const)('of %s', (_, over, splitsLargeEvents, images) => {
    expect(plan(over).features).toMatchObject({ splitsLargeEvents, images, expandedEvents: images });
  });

  test('a client that is strict about the stable API splits no events, since the stage is no part of it', () => {
    const properties = { 'server.api.version': '1', 'server.api.strict': 'true' };
    expect(plan({}, properties).features.splitsLargeEvents).toBe(false);
    expect(plan({}, { 'server.api.version': '1' }).features.splitsLargeEvents).toBe(true);
  });

  test.each([true, false])('the oplog counts as readable only where an entry was read (%s)', (isOplogReadable) => {
    expect(plan({ isOplogReadable }).features.readsOplog).toBe(isOplogReadable);
  });
});

const AT_4_4 = { version: [4, 4, 29], maxWireVersion: 9 } as const;

describe('refusals', () => {
  test.each([
    ['a standalone server', { topology: 'standalone server' }, {}, 'connection.uri', 'got a standalone server'],
    ['an elastic cluster', { service: 'DocumentDB elastic cluster' }, {}, 'connection.uri', 'elastic cluster'],
    [
      'post-images before 6.0',
      AT_4_4,
      { 'change.stream.full.document': 'whenAvailable' },
      'change.stream.full.document',
      'Expected MongoDB 6.0 or newer for whenAvailable, got MongoDB 4.4.29, which keeps no post-images; use updateLookup',
    ],
    [
      'required post-images before 6.0',
      AT_4_4,
      { 'change.stream.full.document': 'required' },
      'change.stream.full.document',
      'for required, got MongoDB 4.4.29',
    ],
    [
      'post-images where the upgrade to 6.0 is not finished',
      { version: [6, 0, 4], featureVersion: [5, 0, 0] },
      { 'change.stream.full.document': 'required' },
      'change.stream.full.document',
      'got MongoDB 6.0.4 held down to 5.0',
    ],
    [
      'pre-images on DocumentDB',
      { service: 'DocumentDB', version: [5, 0, 0] },
      { 'change.stream.full.document.before.change': 'whenAvailable' },
      'change.stream.full.document.before.change',
      'got DocumentDB 5.0.0, which keeps no pre-images',
    ],
    [
      'expanded events before 6.0',
      AT_4_4,
      { 'change.stream.show.expanded.events': 'true' },
      'change.stream.show.expanded.events',
      'which has no expanded events',
    ],
    [
      'a stable API before 5.0',
      AT_4_4,
      { 'server.api.version': '1' },
      'server.api.version',
      'Server Version API requires MongoDB 5.0 or greater, got MongoDB 4.4.29',
    ],
    ['a database before 4.0', { version: [3, 6, 23] }, { collection: '' }, 'collection', 'got MongoDB 3.6.23'],
  ] as const)('%s', (_, over, properties, property, words) => {
    expect(plan(over, properties).refusals).toEqual([{ property, message: expect.stringContaining(words) }]);
  });

  test('a secondary is asked for of a replica set that has none', () => {
    const asked = { readPreference: 'secondary', isDirect: false };
    expect(plan({ members: 1 }, {}, asked).refusals).toEqual([
      { property: 'connection.uri', message: expect.stringContaining('use secondaryPreferred') },
    ]);
  });

  test('all of them are told at once', () => {
    const properties = { 'change.stream.full.document': 'required', 'change.stream.show.expanded.events': 'true' };
    expect(plan({ ...AT_4_4, topology: 'standalone server' }, properties).refusals).toHaveLength(3);
  });

  // refusing a connector that works is dearer than leaving it to the server
  test.each([
    ['nothing is known', { topology: undefined, version: undefined, maxWireVersion: undefined, members: undefined }],
    ['it is a load balancer', { topology: 'load balancer' }],
    ['the mode needs no images', AT_4_4],
  ] as const)('nothing is refused where %s', (_, over) => {
    const properties: Readonly<Record<string, string>> =
      over === AT_4_4
        ? { 'change.stream.full.document': 'updateLookup', 'change.stream.full.document.before.change': 'off' }
        : { 'change.stream.full.document': 'required', 'server.api.version': '1' };
    expect(plan(over, properties, { readPreference: 'secondary', isDirect: false }).refusals).toEqual([]);
  });

  test.each([
    ['a secondary that may be down', { members: 3 }, { readPreference: 'secondary', isDirect: false }],
    ['the one member that it connects to directly', { members: 1 }, { readPreference: 'secondary', isDirect: true }],
    ['a secondary, if there is one', { members: 1 }, { readPreference: 'secondaryPreferred', isDirect: false }],
  ])('a read preference may ask for %s', (_, over, asked) => {
    expect(plan(over, {}, asked).refusals).toEqual([]);
  });
});

test.each([
  ['how long DocumentDB keeps changes', { service: 'DocumentDB' }, 'keeps changes for 3 hours'],
  ['that rights are missing', { missingActions: ['find'] }, 'lack rights'],
] as const)('warns %s', (_, over, words) => {
  expect(plan(over).warnings).toEqual([expect.stringContaining(words)]);
});

test.each([
  [{ service: 'Atlas' }, 'MongoDB 8.0.4'],
  [{ service: 'DocumentDB', version: [5, 0, 0] }, 'DocumentDB 5.0.0'],
  [{ version: undefined }, 'MongoDB of unknown version'],
  [{ featureVersion: [8, 0, 0] }, 'MongoDB 8.0.4'],
] as const)('names a deployment %o', (over, name) => {
  expect(nameOf(facts(over))).toBe(name);
});
