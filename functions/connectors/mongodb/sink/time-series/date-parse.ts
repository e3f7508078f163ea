import type { DateElement, DateField, NumberElement, OffsetElement } from './date-pattern.ts';
import { zoneIdAt, zoneNameAt } from './zones.ts';

/** What a text says: numbers by field, and a zone. */
export type DateParts = { readonly fields: Map<DateField, number>; readonly zone: string | undefined };

type State = {
  readonly at: number;
  readonly fields: ReadonlyMap<DateField, number>;
  readonly zone: string | undefined;
};

/** The parts of a text that a pattern matches as a whole; nothing where it doesn't. */
export function parseDateParts(text: string, elements: readonly DateElement[]): DateParts | undefined {
  const end = all(text, elements, { at: 0, fields: new Map(), zone: undefined });
  return end?.at === text.length ? { fields: new Map(end.fields), zone: end.zone } : undefined;
}

function all(text: string, elements: readonly DateElement[], start: State): State | undefined {
  let state: State | undefined = start;
  for (const element of elements) {
    state = one(text, element, state);
    if (!state) return undefined;
  }
  return state;
}

function one(text: string, element: DateElement, state: State): State | undefined {
  switch (element.kind) {
    case 'literal':
      return text.startsWith(element.text, state.at) ? { ...state, at: state.at + element.text.length } : undefined;
    case 'optional':
      // as Java: taken where it fits, and never given back for the sake of what follows
      return all(text, element.elements, state) ?? state;
    case 'number':
      return numberAt(text, element, state);
    case 'names':
      for (const [name, value] of element.names) {
        if (text.startsWith(name, state.at)) return withField(state, element.field, value, name.length);
      }
      return undefined;
    case 'fraction': {
      const digits = text.slice(state.at, state.at + element.digits);
      if (digits.length < element.digits || !/^\d+$/.test(digits)) return undefined;
      return withField(state, 'nano', Number(digits.padEnd(9, '0')), digits.length);
    }
    case 'offset':
      return offsetAt(text, element, state);
    case 'gmt-offset':
      return gmtOffsetAt(text, state);
    case 'zone-id':
    case 'zone-name': {
      const found = element.kind === 'zone-id' ? zoneIdAt(text, state.at) : zoneNameAt(text, state.at);
      return found && { ...state, at: state.at + found.length, zone: found.zone };
    }
  }
}

/** A field that was read before must have the same value again. */
function withField(state: State, field: DateField, value: number, length: number): State | undefined {
  const before = state.fields.get(field);
  if (before !== undefined && before !== value) return undefined;
  return { ...state, at: state.at + length, fields: new Map(state.fields).set(field, value) };
}

function numberAt(text: string, element: NumberElement, state: State): State | undefined {
  const { base, field, max, min, reserved, sign } = element;
  const [signText = ''] = /^[+-]?/.exec(text.slice(state.at)) ?? [];
  if ((signText === '+' && sign !== 'exceeds') || (signText === '-' && sign === 'none')) return undefined;
  const start = state.at + signText.length;
  const [run = ''] = /^\d*/.exec(text.slice(start, start + max + reserved)) ?? [];
  const digits = reserved > 0 ? run.slice(0, Math.max(min, run.length - reserved)) : run;
  if (digits.length < min) return undefined;
  const size = Number(digits);
  if (signText === '-' && size === 0) return undefined;
  // four digits stand alone, more need a plus
  if (sign === 'exceeds' && signText !== '-' && (signText === '+') !== digits.length > min) return undefined;
  const value = base === undefined ? size : size + base - (base % 100) + (size < base % 100 ? 100 : 0);
  return withField(state, field, signText === '-' ? -value : value, signText.length + digits.length);
}

function offsetAt(text: string, { colon, minutes, seconds, zero }: OffsetElement, state: State): State | undefined {
  const rest = text.slice(state.at);
  if (rest.startsWith(zero)) return withField(state, 'offsetSeconds', 0, zero.length);
  const separator = colon ? ':' : '';
  const part = `${separator}([0-5]\\d)`;
  const second = seconds === 'optional' ? `(?:${part})?` : '';
  const pattern = new RegExp(`^([+-])([0-5]\\d)(?:${part}${second})${minutes === 'optional' ? '?' : ''}`);
  const match = pattern.exec(rest);
  return match ? withField(state, 'offsetSeconds', secondsOf(match), match[0].length) : undefined;
}

/** `GMT`, `GMT+8`, `GMT+08:00`. */
function gmtOffsetAt(text: string, state: State): State | undefined {
  const match = /^(?:GMT)(?:([+-])(\d{1,2})(?::([0-5]\d)(?::([0-5]\d))?)?)?/.exec(text.slice(state.at));
  return match ? withField(state, 'offsetSeconds', secondsOf(match), match[0].length) : undefined;
}

const secondsOf = ([, sign, hours = '0', minutes = '0', seconds = '0']: RegExpExecArray): number =>
  (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
