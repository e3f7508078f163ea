/** A case needs what is refused by name because it isn't built yet: it fails, and says what. */
export class NotBuiltError extends Error {
  override readonly name = 'NotBuiltError';
}

const NOT_BUILT = 'Not built yet: ';

/** @throws NotBuiltError where a configuration is refused because of what isn't built. */
export function refuseNotBuilt(problems: readonly { readonly property: string; readonly message: string }[]): void {
  const refused = problems.filter(({ message }) => message.includes(NOT_BUILT));
  if (refused.length === 0) return;
  throw new NotBuiltError(refused.map(({ property, message }) => `${property} is refused: ${message}`).join('\n'));
}
