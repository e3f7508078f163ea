import type { StackProps } from 'aws-cdk-lib';
import type { CloudEnvironment } from '../environment.ts';

/** What the stacks of an environment have in common; `holdsData` stacks can't be deleted where deletion is protected. */
export function stackPropsOf(
  { name, settings }: CloudEnvironment,
  part: string,
  description: string,
  { holdsData = false }: { holdsData?: boolean } = {},
): StackProps {
  const { account, deletionProtection, region, tags } = settings;
  return {
    stackName: `tailrace-${name}-${part}`,
    description: `Tailrace ${name}: ${description}`,
    env: { account, region },
    tags: { ...tags, 'tailrace:environment': name },
    terminationProtection: holdsData && deletionProtection,
  };
}
