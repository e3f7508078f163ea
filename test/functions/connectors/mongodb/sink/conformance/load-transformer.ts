/** The transformers that cases name, as modules beside a connector file would be. */
export const loadTransformer = (className: string): Promise<unknown> => import(`./transformers/${className}.mjs`);
