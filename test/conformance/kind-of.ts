/** Members that only the cases of one kind have, or the results of one. */
const MARKS = {
  source: [
    'op',
    'events',
    'bson',
    'cursors',
    'collections',
    'namespaces',
    'storedOffset',
    'polls',
    'watches',
    'resolved',
  ],
  sink: ['mode', 'records', 'server', 'batches', 'deadLetters', 'converterErrors', 'created', 'written', 'effect'],
} as const;

export type Kind = keyof typeof MARKS;
type Members = Readonly<Record<string, unknown>>;

/**
 * Of which kind the cases of a file are: told by what they have, whatever their file is called.
 *
 * @throws TypeError where they have nothing that tells.
 */
export function kindOf(cases: readonly unknown[]): Kind {
  const votes = { source: 0, sink: 0 };
  for (const vector of cases as readonly Members[]) {
    const names = new Set([...Object.keys(vector), ...Object.keys((vector.expected ?? {}) as Members)]);
    for (const kind of ['source', 'sink'] as const) votes[kind] += MARKS[kind].filter((name) => names.has(name)).length;
  }
  if (votes.source === votes.sink) throw new TypeError('Expected cases of a source or of a sink, got neither');
  return votes.source > votes.sink ? 'source' : 'sink';
}
