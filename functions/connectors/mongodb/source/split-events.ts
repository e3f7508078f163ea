import type { Document } from 'mongodb';
import { DataError } from '../../../connect/errors.ts';
import { documentOf as documentIn, findElement } from '../bson/element-reader.ts';
import { documentOf, type Element, elementsOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { type CursorReply, tokenOf } from './cursor-reply.ts';

const SPLIT = '$changeStreamSplitLargeEvent';

export const splitsEvents = (pipeline: readonly Document[]): boolean => pipeline.some((stage) => SPLIT in stage);

/** The server takes the stage nowhere but at the end. */
export const withSplitStage = (pipeline: readonly Document[]): readonly Document[] =>
  splitsEvents(pipeline) ? pipeline : [...pipeline, { [SPLIT]: {} }];

export const withoutSplitStage = (pipeline: readonly Document[]): readonly Document[] =>
  pipeline.filter((stage) => !(SPLIT in stage));

/**
 * The most bytes of one event in parts. A server can't hold more of a document between its stages, so this much is only
 * reached where parts of several events were taken for one.
 */
const MOST_BYTES = 64 * 1024 * 1024;

/** A reply with whole events in place of fragments. It keeps what is still incomplete: one for each cursor. */
export type JoinFragments = (reply: CursorReply) => CursorReply;

/**
 * Joins the fragments of split events, within a reply and across replies.
 *
 * A reply that ends inside a split event has the token of the last whole event before it, or none: whoever goes on from
 * there gets the event again from its first fragment. Fragments that don't fit together are handed on as one
 * unreadable event.
 */
export function createJoinFragments(): JoinFragments {
  let parts: Buffer[] = [];
  let taken = 0;
  let bytes = 0;
  let problem: DataError | undefined;

  function take(part: Buffer, { fragment, of }: Fragment): void {
    taken += 1;
    bytes += part.length;
    if (bytes > MOST_BYTES) problem ??= unfitting(`at most ${MOST_BYTES} bytes`, `${bytes} in ${fragment} of ${of}`);
    // the first part of an event that is given up tells what it is about, the last one where it ends
    parts = problem ? [...parts.slice(0, 1), part] : [...parts, part];
  }

  /** What was taken so far, as one event, and what is wrong with it. */
  function giveOut(fault = problem): { whole: Buffer; fault: DataError | undefined } {
    const whole = joined(parts);
    parts = [];
    taken = 0;
    bytes = 0;
    problem = undefined;
    return { whole, fault };
  }

  return (reply) => {
    if (taken === 0 && !reply.events.some(isFragment)) return reply;
    const events: Buffer[] = [];
    const unreadable = new Map(reply.unreadable);
    const add = ({ whole, fault }: ReturnType<typeof giveOut>) => {
      events.push(whole);
      if (fault) unreadable.set(whole, fault);
    };
    for (const event of reply.events) {
      const place = fragmentOf(event);
      const got = place ? `fragment ${place.fragment} of ${place.of}` : 'another event';
      const fits = place?.fragment === taken + 1;
      if (!fits && taken > 0) add(giveOut(unfitting(`fragment ${taken + 1}`, got)));
      if (!place) events.push(event);
      else if (place.fragment === taken + 1) {
        take(event, place);
        if (place.fragment >= place.of) add(giveOut());
      } else add({ whole: event, fault: unfitting('fragment 1', got) });
    }
    const last = events.at(-1);
    const token = taken === 0 ? reply.token : last && tokenOf(last);
    return { ...reply, events, token, ...(unreadable.size > 0 && { unreadable }) };
  };
}

type Fragment = { readonly fragment: number; readonly of: number };

const isFragment = (event: Buffer): boolean => findElement(event, 'splitEvent') !== undefined;

function fragmentOf(event: Buffer): Fragment | undefined {
  const split = documentIn(event, findElement(event, 'splitEvent'));
  if (!split) return undefined;
  const [fragment, of] = [numberIn(split, 'fragment'), numberIn(split, 'of')];
  return fragment === undefined || of === undefined ? undefined : { fragment, of };
}

function numberIn(document: Buffer, name: string): number | undefined {
  const element = findElement(document, name);
  return element?.type === BSON_TYPE.int32 ? document.readInt32LE(element.start) : undefined;
}

/** The members of all parts but `splitEvent`; of one that several have, the last: the token behind the whole event. */
function joined(parts: readonly Buffer[]): Buffer {
  const members = new Map<string, Element>();
  for (const part of parts) for (const member of elementsOf(part)) members.set(member.name, member);
  members.delete('splitEvent');
  return documentOf([...members.values()]);
}

const unfitting = (expected: string, got: string): DataError =>
  new DataError('CHANGE_EVENT_INVALID', `Expected ${expected} of a split change event, got ${got}`);
