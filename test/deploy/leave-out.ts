import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Template = { Resources: Record<string, { Type: string; DependsOn?: string | string[] }> };

/**
 * Takes resources of some types out of every template of a synthesised app, and names the types that were there.
 *
 * What refers to one of them by a value would fail at the deployment: types are left out that nothing else needs.
 */
export function leaveOut(assembly: string, types: readonly string[]): string[] {
  const found = new Set<string>();
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const template = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as Template;
    const gone = new Set(
      Object.entries(template.Resources)
        .filter(([, { Type }]) => types.includes(Type))
        .map(([id, { Type }]) => {
          found.add(Type);
          return id;
        }),
    );
    for (const id of gone) delete template.Resources[id];
    for (const resource of Object.values(template.Resources)) {
      if (resource.DependsOn !== undefined) {
        resource.DependsOn = [resource.DependsOn].flat().filter((id) => !gone.has(id));
      }
    }
    writeFileSync(join(assembly, file), JSON.stringify(template, null, 1));
  }
  return [...found].sort();
}
