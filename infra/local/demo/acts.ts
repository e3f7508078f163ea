import { ConfigError } from '../../../functions/connect/errors.ts';
import type { Launcher } from '../launcher.ts';
import { say } from '../terminal.ts';
import { compareCollections } from './compare.ts';
import { type FilmDocument, filmDocuments } from './films.ts';
import { eventually, type Stage } from './stage.ts';

const BATCH = 160;
const CHANGES = 400;
const EQUAL_TIMEOUT_MS = 45_000;
const DEAD_LETTER_TIMEOUT_MS = 20_000;

/** The rule of the copy that the poison record breaks. */
const validatorOf = (most: number) => ({ 'IMDB Rating': { $not: { $gt: most } } });

/** The copy refuses ratings above 10, as a database with a validator of its own would. */
export async function prepare({ sink, source }: Stage): Promise<void> {
  for (const collection of [source, sink]) {
    if ((await collection.estimatedDocumentCount()) === 0) continue;
    const message = `Expected no documents in ${collection.namespace}, which the demo fills: drop it, or use another MONGODB_URI`;
    throw new ConfigError([{ property: '', message }]);
  }
  await sink.drop();
  await sink.db.createCollection(sink.collectionName, { validator: validatorOf(10) });
}

/** Loads all films, and kills the source with -9 when half of them are in. */
export async function loadFilms(stage: Stage, launcher: Launcher): Promise<readonly FilmDocument[]> {
  const films = filmDocuments();
  const half = Math.floor(films.length / BATCH / 2) * BATCH;
  for (let at = 0; at < films.length; at += BATCH) {
    await stage.source.insertMany(films.slice(at, at + BATCH));
    if (at % (BATCH * 5) === 0) await sayCounts(stage);
    if (at === half) {
      const [source] = launcher.sources;
      say(`  kill -9 ${source?.task().pid}   (the source task, in the middle of its work; films keep coming)`);
      source?.task().child.kill('SIGKILL');
    }
  }
  return films;
}

/** Changes some films in every way: fields set and unset, whole documents replaced, documents deleted. */
export async function changeFilms({ source }: Stage, films: readonly FilmDocument[]): Promise<void> {
  for (const [index, { _id, ...film }] of films.slice(0, CHANGES).entries()) {
    const kind = index % 4;
    if (kind === 0)
      await source.updateOne({ _id }, { $set: { 'seen.at': new Date(), 'seen.times': index }, $unset: { Source: '' } });
    else if (kind === 1) await source.updateOne({ _id }, { $push: { tags: { $each: ['a', 'b', 'c'] } } as never });
    else if (kind === 2) await source.replaceOne({ _id }, { ...film, Title: `${film.Title} (restored)` });
    else await source.deleteOne({ _id });
  }
  say(`  ${CHANGES} films changed: fields set and unset, arrays grown, documents replaced and deleted`);
}

export async function awaitEqual(stage: Stage): Promise<boolean> {
  const isEqual = async () => (await compareCollections(stage.source, stage.sink)).different.length === 0;
  const equal = await eventually(isEqual, EQUAL_TIMEOUT_MS);
  await sayCounts(stage);
  return equal;
}

/** A film that the copy refuses: it waits in the dead letter queue, the ones behind it are written. */
export async function poison(stage: Stage): Promise<boolean> {
  await stage.source.insertOne({ Title: 'One Louder', 'IMDB Rating': 11 });
  await stage.source.insertOne({ Title: 'Right behind it', 'IMDB Rating': 10 });
  let list = '';
  const arrived = await eventually(
    async () => (await stage.sink.countDocuments({ Title: 'Right behind it' })) === 1,
    DEAD_LETTER_TIMEOUT_MS,
  );
  if (!arrived) return false;
  list = await stage.tailrace('dead-letters', 'list');
  const id = /^([0-9a-f]{8})\s/m.exec(list)?.[1];
  if (!id) return false;
  await stage.tailrace('dead-letters', 'show', id);
  return true;
}

/** Mends the rule and sends the dead letter back. */
export async function redrive(stage: Stage): Promise<boolean> {
  await stage.sink.db.command({ collMod: stage.sink.collectionName, validator: validatorOf(11) });
  say('  The rule of the copy now takes ratings up to 11');
  await stage.tailrace('dead-letters', 'redrive', '--all');
  return eventually(
    async () => (await stage.sink.countDocuments({ Title: 'One Louder' })) === 1,
    DEAD_LETTER_TIMEOUT_MS,
  );
}

/** The last word: every document, by its bytes. */
export async function compare({ sink, source }: Stage): Promise<boolean> {
  const { different, sink: copied, source: expected } = await compareCollections(source, sink);
  say(`  ${expected} documents in cinema.movies, ${copied} in cinema_copy.movies, ${different.length} different`);
  for (const id of different.slice(0, 5)) say(`    different: ${id}`);
  return different.length === 0 && expected > 0;
}

async function sayCounts(stage: Stage): Promise<void> {
  const { sink, source, topic } = await stage.counts();
  const column = (count: number) => String(count).padStart(5);
  say(`  MongoDB ${column(source)} documents   topic ${column(topic)} records   copy ${column(sink)} documents`);
}
