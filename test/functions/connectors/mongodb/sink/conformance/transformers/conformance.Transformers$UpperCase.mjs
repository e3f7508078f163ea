/** Strings in upper case, other values unchanged. */
export const createTransformer = () => (_name, value) => (typeof value === 'string' ? value.toUpperCase() : value);
