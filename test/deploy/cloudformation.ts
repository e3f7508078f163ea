import type { Ministack } from './ministack.ts';

// biome-ignore lint/suspicious/noExplicitAny: properties of a template
type Properties = Record<string, any>;

/**
 * What a stack was deployed with: its resources of one type, as CloudFormation has them.
 *
 * There is no client of CloudFormation or ECS among the packages of this project; MiniStack asks for no signature.
 */
export async function deployedWith({ endpoint }: Ministack, stack: string, type: string): Promise<Properties[]> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: credentialOf('cloudformation') },
    body: new URLSearchParams({ Action: 'GetTemplate', Version: '2010-05-15', StackName: stack }).toString(),
  });
  const [, body = ''] = /<TemplateBody>([\s\S]*)<\/TemplateBody>/.exec(await answer.text()) ?? [];
  const { Resources } = JSON.parse(fromXml(body)) as {
    Resources: Record<string, { Type: string; Properties: Properties }>;
  };
  return Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);
}

/** One call of ECS. */
export async function askEcs<T>({ endpoint }: Ministack, action: string, body: unknown): Promise<T> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${action}`,
      authorization: credentialOf('ecs'),
    },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}

/** Tells MiniStack which service is meant. */
const credentialOf = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#x27;': "'",
  '&#39;': "'",
  '&amp;': '&',
};
const fromXml = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|apos|amp|#x27|#39);/g, (found) => ENTITIES[found] ?? found);
