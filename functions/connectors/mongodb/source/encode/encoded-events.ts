import { type Encoded, type EncodedJob, readRow } from './encoded-job.ts';

/** What another thread made of the events of a reply. */
export type EncodedEvents = {
  at(place: number): Encoded;
  /** Nothing of it is looked at any more. */
  release(): void;
};

export function toEncodedEvents(job: EncodedJob, giveBack: (job: EncodedJob) => void): EncodedEvents {
  let isReleased = false;
  return {
    at: (place) => readRow(job, place),
    release() {
      // memory that is given back twice would be two replies' at once
      if (!isReleased) giveBack(job);
      isReleased = true;
    },
  };
}
