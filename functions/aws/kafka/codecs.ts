import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { type Codec, NO_CODEC } from './record-batch.ts';

const gzipped = promisify(gzip);
const zstandard = promisify(zstdCompress);

/** What `compression.type` may be, with the codec ids of Kafka's record batches. Level 1: tailing is bound by CPU. */
export const codecs = {
  none: NO_CODEC,
  gzip: { id: 1, compress: (bytes) => gzipped(bytes, { level: constants.Z_BEST_SPEED }) },
  zstd: {
    id: 4,
    compress: (bytes) => zstandard(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  },
} as const satisfies Record<string, Codec>;

export type CompressionType = keyof typeof codecs;
