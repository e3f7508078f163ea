import { DataError } from '../../../../connect/errors.ts';
import type { Raw } from '../expression.ts';

/** One step of a path. Whether it is the index of an element is unknown where nobody disambiguated a number. */
export type Step = { readonly name: string; readonly isIndex: boolean | undefined };

/** What happens to one place of a document: a new value, its removal, or changes below it. */
export type Change = {
  /** Place of the new value in the list of values. */
  value?: number;
  isRemoved?: boolean;
  /** An array that is cut to this size before what is below it changes. */
  size?: number;
  /** What is there, as far as the paths tell: an array or a document. */
  isArray?: boolean;
  readonly children: Map<string, Change>;
};

export type ChangeTree = {
  readonly root: Change;
  readonly values: readonly Raw[];
  set(path: readonly Step[], value: Raw): void;
  remove(path: readonly Step[]): void;
  truncate(path: readonly Step[], size: number): void;
};

/**
 * Collects the changes of one update by place, so that one expression makes them all. Truncations come first.
 *
 * @throws DataError where two changes are about the same place: no order of them is the right one.
 */
export function changeTree(): ChangeTree {
  const root: Change = { children: new Map(), isArray: false };
  const values: Raw[] = [];
  const at = (path: readonly Step[]): Change => path.reduce(below, root);
  const alone = (change: Change): Change => {
    if (isFinal(change) || change.size !== undefined || change.children.size > 0) throw conflict();
    return change;
  };
  return {
    root,
    values,
    set(path, value) {
      alone(at(path)).value = values.push(value) - 1;
    },
    remove(path) {
      alone(at(path)).isRemoved = true;
    },
    truncate(path, size) {
      const change = at(path);
      decide(change, true);
      change.size = size;
    },
  };
}

function below(change: Change, { name, isIndex }: Step): Change {
  if (isFinal(change)) throw conflict();
  if (isIndex !== undefined) decide(change, isIndex);
  if (change.isArray && !INDEX.test(name)) throw conflict();
  const child = change.children.get(name) ?? { children: new Map() };
  change.children.set(name, child);
  return child;
}

/** How a path writes the index of an element. */
export const INDEX = /^(?:0|[1-9]\d{0,8})$/;

const isFinal = ({ value, isRemoved }: Change): boolean => value !== undefined || isRemoved === true;

function decide(change: Change, isArray: boolean): void {
  if (change.isArray !== undefined && change.isArray !== isArray) throw conflict();
  change.isArray = isArray;
}

const conflict = (): DataError =>
  new DataError(
    'CHANGE_EVENT_INVALID',
    'Expected an update with one change per place, got two that exclude each other',
  );
