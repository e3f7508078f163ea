import type { SourcePartition } from '../../../connect/connector.ts';
import { hostsOf, schemeOf } from '../client/connection-string.ts';
import type { SourceConfig } from './properties.ts';

/** Where the position is kept: the configured name, or hosts (sorted) and namespace as the peer writes them. */
export function partitionOf(config: SourceConfig): SourcePartition {
  const { offsetPartitionName, connectionUri, database, collection } = config;
  if (offsetPartitionName !== '') return { ns: offsetPartitionName };
  const hosts = [...hostsOf(connectionUri)].sort().join(',');
  return { ns: `${schemeOf(connectionUri)}${hosts}/${database}${collection === '' ? '' : `.${collection}`}` };
}
