import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { CompressionTypes, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { calmRequestQueues } from '../../functions/aws/kafka/kafkajs-timer.ts';

/** A plain kafkajs client for the stand-ins and the tests, without its log and without its busy timer. */
export function localKafka(bootstrapServers: string, options: Partial<KafkaConfig> = {}): Kafka {
  calmRequestQueues();
  // Node.js finds no export of that name in a CommonJS module that spreads others into its exports
  kafkajs.CompressionCodecs[CompressionTypes.ZSTD] = () => zstandard;
  const brokers = bootstrapServers.split(',').map((address) => address.trim());
  return new Kafka({ brokers, logLevel: logLevel.NOTHING, ...options });
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Sources may produce with zstd, which Lambda reads and kafkajs by itself does not; Snappy and LZ4 stay unread. */
const zstandard = {
  compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
  decompress: (bytes: Buffer) => decompress(bytes),
};
