import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';

/** The state of a sink's event source mappings in AWS: `Enabled`, or where they differ each with its topic. */
export async function readMappings(client: LambdaClient, functionName: string): Promise<string> {
  try {
    const { EventSourceMappings = [] } = await client.send(
      new ListEventSourceMappingsCommand({ FunctionName: functionName }),
    );
    if (EventSourceMappings.length === 0) return 'no event source mapping';
    const states = new Set(EventSourceMappings.map(({ State = 'unknown' }) => State));
    if (states.size === 1) return [...states].join();
    return EventSourceMappings.map(({ State, Topics = [] }) => `${Topics.join()} ${State}`).join(', ');
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return 'not deployed';
    throw error;
  }
}
