import { BSON_TYPE } from '../../bson/types.ts';
import { type Expression, field, fields, literal } from '../expression.ts';
import type { Change, ChangeTree } from './change-tree.ts';

/**
 * The expression that makes the new document of the stored one. New values are variables of it, because an undecided
 * place (below) says what happens there twice.
 */
export const replacementOf = ({ root, values }: Pick<ChangeTree, 'root' | 'values'>): Expression =>
  field(
    '$let',
    fields(
      ['vars', { fields: values.map((value, index) => [`v${index}`, literal(value)]) }],
      ['in', toObject('$$ROOT', root, 0)],
    ),
  );

function toValue(old: Expression, change: Change, depth: number): Expression {
  if (change.value !== undefined) return `$$v${change.value}`;
  if (change.isArray) return toArray(old, change, depth);
  if (change.isArray === false) return toObject(old, change, depth);
  // a number in a path that nobody disambiguated is an index in an array and a name in a document
  return field('$cond', [field('$isArray', [old]), toArray(old, change, depth), toObject(old, change, depth)]);
}

/**
 * The document with its changed fields: existing ones keep their place, new ones come last. `$let` names the old
 * document once per level, because a repeated expression would grow with every level.
 */
function toObject(old: Expression, change: Change, depth: number): Expression {
  const name = `d${depth}`;
  const removed: string[] = [];
  const plain: [string, Expression][] = [];
  const special: [string, Expression][] = [];
  for (const [text, child] of change.children) {
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
      ['then', child.isRemoved ? literal(NULL) : toValue(element, child, depth + 1)],
    ),
  );
  const longest = Math.max(...[...change.children.keys()].map(Number)) + 1;
  const places = field('$range', [0, field('$max', [field('$size', `$$${array}`), longest])]);
  const changed = field('$switch', fields(['branches', branches], ['default', element]));
  const mapped = field('$map', fields(['input', places], ['as', index], ['in', changed]));
  return field('$let', fields(['vars', field(array, base)], ['in', mapped]));
}

const NULL = { type: BSON_TYPE.null, value: new Uint8Array() };
