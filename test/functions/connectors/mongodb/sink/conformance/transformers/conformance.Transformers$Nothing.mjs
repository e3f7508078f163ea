/** Returns nothing. */
export const createTransformer = () => () => undefined;
