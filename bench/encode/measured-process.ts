import type { OptionValues } from '../declare-bench.ts';
import type { DATA_OPTIONS } from '../measure/replay.ts';
import { parseMix } from '../replay-server/parse-mix.ts';
import type { Figures, Series } from '../report/results.ts';
import { FORMATS } from '../source/formats.ts';
import { createEncoder, plainWay, sampleEvents } from './encoders.ts';
import { leastCosts } from './least-costs.ts';

const OURS = 'tailrace';
const PLAIN = 'deserialize, JSON.stringify';

/** Enough that a pass takes some milliseconds, and that they stay in the cache, as a reply of the source does. */
const EVENTS = 1500;
/** It takes some passes until all of the code is compiled. */
const WARM_UP_PASSES = 30;
const PASSES = 30;

type Options = OptionValues<typeof DATA_OPTIONS> & { readonly rounds: number };

/** Every output next to the plain way, in turns. */
function measureEncoders({ collections, mix, rounds, size }: Options): readonly Series[] {
  const events = sampleEvents(EVENTS, { collections, documentBytes: size, mix: parseMix(mix) });
  const outputs = Object.entries(FORMATS).map(([work, properties]) => ({ work, encode: createEncoder(properties) }));
  const works = [
    ...outputs.map(({ encode }) => ({ encode, events })),
    // takes several times as long
    { encode: plainWay, events: events.slice(0, EVENTS / 10) },
  ];
  leastCosts(works, WARM_UP_PASSES);
  const measured = Array.from({ length: rounds }, () => leastCosts(works, PASSES).map(toFigures));
  return outputs.flatMap(({ work }, index) => [
    { work, side: OURS, rounds: measured.map((round) => round[index]!) },
    { work, side: PLAIN, rounds: measured.map((round) => round.at(-1)!) },
  ]);
}

const toFigures = (micros: number): Figures => ({ perSecond: 1e6 / micros, cpuPerMillion: micros });

const [options] = process.argv.slice(2);
process.send?.(measureEncoders(JSON.parse(options ?? '{}')), () => process.exit());
