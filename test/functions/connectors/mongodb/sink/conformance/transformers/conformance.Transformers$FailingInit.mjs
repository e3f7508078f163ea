/** Fails when it is initialised. */
export function createTransformer() {
  throw new Error('cannot initialise');
}
