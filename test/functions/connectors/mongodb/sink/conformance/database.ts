import { CannotRunError } from '../../../../../conformance/cannot-run.ts';

/** Where cases that name documents before and after are carried out. */
export type RealDatabase = { uri(): Promise<string> };

/** @throws CannotRunError */
export const NO_DATABASE: RealDatabase = {
  uri: () => Promise.reject(new CannotRunError('It needs a database')),
};
