import { type Expression, field, fields, literal, type Raw } from '../expression.ts';
import type { PathPart } from './update-description.ts';

/** What happens to one place of a document: a new value, its removal, or changes below it. */
export type Change = {
  value?: Raw;
  isRemoved?: boolean;
  /** An array that is cut to this size before what is below it changes. */
  size?: number;
  readonly children: Map<PathPart, Change>;
};

export type ChangeTree = {
  readonly root: Change;
  set(path: readonly PathPart[], value: Raw): void;
  remove(path: readonly PathPart[]): void;
  truncate(path: readonly PathPart[], size: number): void;
};

/** Collects the changes of one update by place, so that one expression makes them all. */
export function changeTree(): ChangeTree {
  const root: Change = { children: new Map() };
  const at = (path: readonly PathPart[]): Change => {
    let change = root;
    for (const part of path) {
      const next = change.children.get(part) ?? { children: new Map() };
      change.children.set(part, next);
      change = next;
    }
    return change;
  };
  return {
    root,
    set(path, value) {
      at(path).value = value;
    },
    remove(path) {
      at(path).isRemoved = true;
    },
    truncate(path, size) {
      at(path).size = size;
    },
  };
}

/** The expression that makes the new document of the stored one. */
export const replacementOf = (root: Change): Expression => toObject('$$ROOT', root, 0);

function toValue(old: Expression, change: Change, depth: number): Expression {
  if (change.value) return literal(change.value);
  const parts = [...change.children.keys()];
  if (change.size !== undefined || parts.some((part) => typeof part === 'number')) return toArray(old, change, depth);
  // a number in a path that nobody disambiguated is an index in an array and a name in a document
  if (parts.length > 0 && parts.every((part) => INDEX.test(String(part)))) {
    return field('$cond', [field('$isArray', [old]), toArray(old, change, depth), toObject(old, change, depth)]);
  }
  return toObject(old, change, depth);
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/**
 * The document with its changed fields: existing ones keep their place, new ones come last. `$let` names the old
 * document once per level, because a repeated expression would grow with every level.
 */
function toObject(old: Expression, change: Change, depth: number): Expression {
  const name = `d${depth}`;
  const removed: string[] = [];
  const plain: [string, Expression][] = [];
  const special: [string, Expression][] = [];
  for (const [part, child] of change.children) {
    const text = String(part);
    if (child.isRemoved) removed.push(text);
    else if (isSpecial(text)) special.push([text, toValue(getField(text, `$$${name}`), child, depth + 1)]);
    else plain.push([text, toValue(`$$${name}.${text}`, child, depth + 1)]);
  }
  let result: Expression = `$$${name}`;
  if (removed.length > 0) result = withoutFields(result, removed);
  if (plain.length > 0) result = field('$mergeObjects', [result, { fields: plain }]);
  for (const [text, value] of special) {
    result = field('$setField', fields(['field', literal(text)], ['input', result], ['value', value]));
  }
  const isDocument = field('$eq', [field('$type', old), 'object']);
  const base = field('$cond', [isDocument, old, literal({ fields: [] })]);
  return field('$let', fields(['vars', field(name, base)], ['in', result]));
}

const isSpecial = (name: string): boolean => name === '' || name.startsWith('$') || name.includes('.');

const getField = (name: string, input: Expression): Expression =>
  field('$getField', fields(['field', literal(name)], ['input', input]));

const withoutFields = (input: Expression, names: readonly string[]): Expression => {
  const isKept = field('$not', [field('$in', ['$$this.k', literal(names)])]);
  const kept = field('$filter', fields(['input', field('$objectToArray', input)], ['cond', isKept]));
  return field('$arrayToObject', [kept]);
};

/** The array, cut first, with its changed elements; places between its end and a new one become null. */
function toArray(old: Expression, change: Change, depth: number): Expression {
  const { size } = change;
  const cut: Expression = size === undefined ? old : size === 0 ? literal([]) : field('$slice', [old, size]);
  const base = field('$cond', [field('$isArray', [old]), cut, literal([])]);
  if (change.children.size === 0) return base;
  const [array, index] = [`a${depth}`, `i${depth}`];
  const element = field('$arrayElemAt', [`$$${array}`, `$$${index}`]);
  const branches = [...change.children].map(([part, child]) =>
    fields(
      ['case', field('$eq', [`$$${index}`, Number(part)])],
      ['then', child.isRemoved ? literal({ type: 0x0a, value: new Uint8Array() }) : toValue(element, child, depth + 1)],
    ),
  );
  const longest = Math.max(...[...change.children.keys()].map(Number)) + 1;
  const places = field('$range', [0, field('$max', [field('$size', `$$${array}`), longest])]);
  const changed = field('$switch', fields(['branches', branches], ['default', element]));
  const mapped = field('$map', fields(['input', places], ['as', index], ['in', changed]));
  return field('$let', fields(['vars', field(array, base)], ['in', mapped]));
}
