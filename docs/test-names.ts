/**
 * A quoted text that is the first thing behind `test(`, `describe.each(…)(` and the like, behind the end of a table
 * (`])(`), or in a row (`[`).
 */
const NAME = /(?:\b(?:test|it|describe)(?:\.\w+)*(?:\([^'"`\n]*\))?\(|[\])]\)\(|\[)\s*(['"`])((?:\\.|(?!\1).)*)\1/g;

/** The names of the tests of a file: of code by what stands in it, tables by their rows; of a file of cases by their `name`. */
export function testNamesOf(path: string, text: string): ReadonlySet<string> {
  if (path.endsWith('.json')) return new Set(casesOf(text));
  return new Set([...text.matchAll(NAME)].map(([, , name = '']) => name.replace(/\\(['"`])/g, '$1')));
}

function casesOf(text: string): string[] {
  const cases: unknown = JSON.parse(text);
  return Array.isArray(cases) ? cases.map(({ name }: { name: string }) => name) : [];
}
