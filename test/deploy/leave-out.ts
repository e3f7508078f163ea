import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Resource = { Type: string; Properties?: Record<string, unknown>; DependsOn?: string | string[] };
type Template = { Resources: Record<string, Resource> };

/**
 * Takes some kinds of resources out of every template of a synthesised app, and names the kinds that were there: a type, or
 * `type#property` for those of a type that have the property.
 *
 * What refers to one of them by a value would fail at the deployment: kinds are left out that nothing else needs.
 */
export function leaveOut(assembly: string, kinds: readonly string[]): string[] {
  const found = new Set<string>();
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const template = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as Template;
    const gone = new Set<string>();
    for (const [id, resource] of Object.entries(template.Resources)) {
      const kind = kinds.find((candidate) => isOf(candidate, resource));
      if (kind === undefined) continue;
      found.add(kind);
      gone.add(id);
    }
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

function isOf(kind: string, { Properties = {}, Type }: Resource): boolean {
  const [type, property] = kind.split('#');
  return type === Type && (property === undefined || property in Properties);
}
