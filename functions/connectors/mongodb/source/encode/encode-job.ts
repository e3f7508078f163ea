import { convertersOf } from '../../../../connect/converters/configure-converters.ts';
import { convertRecord } from '../../../../connect/converters/convert-record.ts';
import { DataError } from '../../../../connect/errors.ts';
import { OutputBuffer } from '../../../../connect/output-buffer.ts';
import type { SourceConfig } from '../properties.ts';
import { createToSourceRecord } from '../to-source-record.ts';
import { type Encoded, type EncodedJob, type EncodeJob, writeRows } from './encoded-job.ts';
import { createRoom } from './room.ts';

/**
 * What another thread does for a source: from events to the bytes of keys and values.
 *
 * It is the same code that the task runs in its own thread where there is no other.
 */
export function createEncodeJob(config: SourceConfig): (job: EncodeJob) => EncodedJob {
  const encode = createEncode(config);
  return (job) => {
    const { ends, events } = job;
    const room = createRoom(job.room);
    const rows = writeRows(ends.length, room);
    let start = 0;
    for (const end of ends) {
      encode(Buffer.from(events, start, end - start), rows.add);
      start = end;
    }
    return { events, ends, room: room.memory, ...rows.done() };
  };
}

/** `take` has to copy what it is given. */
function createEncode(config: SourceConfig): (event: Buffer, take: (encoded: Encoded) => void) => void {
  const toSourceRecord = createToSourceRecord(config);
  const converters = convertersOf(config);
  const out = new OutputBuffer();

  function converted(event: Buffer): Encoded {
    const record = toSourceRecord(event, out);
    if (typeof record === 'string') return record;
    return { ...record, converted: orDataError(() => convertRecord(converters, record)) };
  }

  return (event, take) => {
    take(orDataError(() => converted(event)));
    out.reuse();
  };
}

function orDataError<T>(make: () => T): T | DataError {
  try {
    return make();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}
