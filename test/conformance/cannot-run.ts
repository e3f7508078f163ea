/** A case can't be run: it needs what is refused by name because it isn't built yet, or a database. Says which. */
export class CannotRunError extends Error {
  override readonly name = 'CannotRunError';
}

const NOT_BUILT = 'Not built yet: ';

/** @throws CannotRunError where a configuration is refused because of what isn't built. */
export function refuseNotBuilt(problems: readonly { readonly property: string; readonly message: string }[]): void {
  const refused = problems.filter(({ message }) => message.includes(NOT_BUILT));
  if (refused.length === 0) return;
  throw new CannotRunError(refused.map(({ property, message }) => `${property} is refused: ${message}`).join('\n'));
}
