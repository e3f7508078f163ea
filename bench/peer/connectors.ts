import { setTimeout as sleep } from 'node:timers/promises';

export type Connectors = {
  /** Starts a connector. */
  create(name: string, properties: Readonly<Record<string, string>>): Promise<void>;
  /** Stops it and forgets it; what it stored of its position stays under its name. */
  remove(name: string): Promise<void>;
  /** Why it or one of its tasks stands still, where it does. */
  failureOf(name: string): Promise<string | undefined>;
};

const AGAIN_MS = 100;

/** The connectors of the worker at that address, by Kafka Connect's REST API. */
export function openConnectors(address: string, send: typeof fetch = fetch): Connectors {
  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    for (;;) {
      const response = await send(`${address}${path}`, init);
      // it is spreading what changed just now
      if (response.status !== 409) return response;
      await sleep(AGAIN_MS);
    }
  }

  async function expect(response: Response): Promise<Response> {
    if (response.ok) return response;
    throw new Error(`The peer's worker answers ${response.status}: ${await response.text()}`);
  }

  return {
    async create(name, properties) {
      await expect(await request('PUT', `/connectors/${name}/config`, properties));
    },
    async remove(name) {
      await expect(await request('DELETE', `/connectors/${name}`));
    },
    async failureOf(name) {
      const response = await request('GET', `/connectors/${name}/status`);
      // it was created just now
      if (response.status === 404) return undefined;
      return toFailure((await (await expect(response)).json()) as Status);
    },
  };
}

type State = { readonly state: string; readonly trace?: string };
type Status = { readonly connector: State; readonly tasks: readonly State[] };

const toFailure = ({ connector, tasks }: Status): string | undefined =>
  [connector, ...tasks].find(({ state }) => state === 'FAILED')?.trace;
