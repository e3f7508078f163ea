import type { Timestamp } from 'mongodb';
import { afterToken } from './start-point.ts';
import type { StartPoint } from './watch-command.ts';

/** How far a stream was read. */
export type Place = {
  /** What it goes on at; nothing: nowhere in particular. */
  readonly start: StartPoint;
  /** A reply without a token leaves it where it is; its time is only a place where there was none. */
  note(token: string | undefined, operationTime?: Timestamp): void;
};

/** Replies come more often than anybody asks where to go on, so what a server takes is made of a token only then. */
export function trackPlace(from: StartPoint): Place {
  let known = from;
  let token: string | undefined;
  return {
    get start() {
      if (token !== undefined) known = afterToken(token);
      token = undefined;
      return known;
    },
    note(newest, operationTime) {
      if (newest !== undefined) token = newest;
      else if (operationTime && token === undefined) known ??= { startAtOperationTime: operationTime };
    },
  };
}
