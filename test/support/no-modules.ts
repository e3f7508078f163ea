/** Where a connector names no modules. */
export const noModules = (className: string): Promise<never> =>
  Promise.reject(new Error(`No module ${className} here`));
