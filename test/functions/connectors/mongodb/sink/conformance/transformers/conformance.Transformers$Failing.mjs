/** Fails with `cannot transform <field name>`. */
export const createTransformer = () => (name) => {
  throw new Error(`cannot transform ${name}`);
};
