import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Double, Int32, Long, ObjectId } from 'mongodb';

type Film = Readonly<Record<string, string | number | null>>;
export type FilmDocument = { _id: ObjectId } & Record<string, unknown>;

/** About 3,200 films as documents: nulls, titles that are numbers, dates, and integers and doubles side by side. */
export function filmDocuments(): FilmDocument[] {
  // the package exports only its entry point; the data lies beside it
  const file = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data/movies.json');
  const films = JSON.parse(readFileSync(file, 'utf8')) as Film[];
  return films.map((film) => ({
    _id: new ObjectId(),
    ...Object.fromEntries(Object.entries(film).map(([field, value]) => [field, toBsonValue(field, value)])),
  }));
}

function toBsonValue(field: string, value: string | number | null): unknown {
  if (value === null) return null;
  if (field === 'Release Date') return toDate(String(value));
  if (typeof value === 'string') return value;
  // money is int64, as a sum of it would need; ratings are doubles, also 7.0; votes and minutes are int32
  if (field.includes('Gross') || field.includes('Budget')) return Long.fromNumber(value);
  return field === 'IMDB Rating' || !Number.isInteger(value) ? new Double(value) : new Int32(value);
}

/** `Jun 12 1998`; what is not a date, like `TBA`, stays text. */
function toDate(text: string): Date | string {
  const at = Date.parse(`${text} UTC`);
  return Number.isNaN(at) ? text : new Date(at);
}
