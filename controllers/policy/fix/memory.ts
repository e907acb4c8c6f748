import * as z from 'zod';
import { annotations } from '../../../crds/policy/names.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { type Change, overlap } from './changes.ts';

/**
 * What was done to an object for a Policy, kept on the object itself: a restart forgets nothing. Short names, since every
 * object that was fixed carries it.
 */
export interface Deed {
  /** The mark of the fix. */
  readonly m: string;
  /** When it was last made, in seconds since 1970. */
  readonly t: number;
  /** How often, each time after it had been undone. */
  readonly n: number;
  /** What was changed; absent where it had no room. */
  readonly c?: readonly Change[] | undefined;
  /** The request by which it was taken back. */
  readonly r?: string | undefined;
}

/** By the Policy's name. */
export type Deeds = Readonly<Record<string, Deed>>;

const step = z.union([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]);

const change = z.strictObject({
  path: z.array(step).min(1),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  there: z.int().min(0).optional(),
  at: z.int().min(0).optional(),
});

const kept = z.strictObject({
  uid: z.string(),
  by: z.record(
    z.string(),
    z.strictObject({
      m: z.string(),
      t: z.int(),
      n: z.int(),
      c: z.array(change).optional(),
      r: z.string().optional(),
    }),
  ),
});

/** What the object's annotation says; nothing of what was copied from another object, or is no such text. */
export function deedsOf({ metadata }: KubernetesObject): Deeds {
  const text = metadata.annotations?.[annotations.fixes];
  if (text === undefined) return {};
  const { success, data } = kept.safeParse(parsed(text));
  return success && data.uid === metadata.uid ? data.by : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Bytes: controllers copy annotations, from a Deployment to each of its ReplicaSets, and all of an object has 256 KiB. */
const room = 8 * 1024;

/**
 * As the annotation's value. What has no room is left out, the largest first: then it cannot be taken back.
 *
 * @returns also the Policies of which something was left out
 */
export function annotationOf(
  uid: string,
  deeds: Deeds,
): { readonly value: string; readonly leftOut: readonly string[] } {
  const value = JSON.stringify({ uid, by: deeds });
  if (Buffer.byteLength(value) <= room) return { value, leftOut: [] };
  const [largest] = Object.entries(deeds)
    .filter(([, { c }]) => c !== undefined)
    .toSorted(([, a], [, b]) => JSON.stringify(b.c).length - JSON.stringify(a.c).length);
  if (largest === undefined) return { value: JSON.stringify({ uid, by: {} }), leftOut: Object.keys(deeds) };
  const [policy, { c: _, ...rest }] = largest;
  const { value: smaller, leftOut } = annotationOf(uid, { ...deeds, [policy]: rest });
  return { value: smaller, leftOut: [policy, ...leftOut] };
}

/** How often a fix is made in vain, and how long it then rests, in seconds. */
const vain = { times: 3, rest: 86_400 } as const;

/**
 * When a fix may be made again that was undone; undefined: now. Three times it is, and then once a day: each time may
 * restart what runs.
 *
 * @returns seconds since 1970
 */
export function restsUntil(deed: Deed | undefined, mark: string, now: number): number | undefined {
  if (deed === undefined || deed.m !== mark || deed.n < vain.times) return undefined;
  const until = deed.t + vain.rest;
  return until > now ? until : undefined;
}

/** What is remembered once the fix is made. Of one that held for two days it is forgotten how often it had been made. */
export function madeAgain(
  before: Deed | undefined,
  mark: string,
  changes: readonly Change[],
  now: number,
): Deed {
  const isAgain = before !== undefined && before.m === mark && now - before.t < 2 * vain.rest;
  const earlier = before?.r === undefined ? (before?.c ?? []) : [];
  return {
    m: mark,
    t: now,
    n: isAgain ? before.n + 1 : 1,
    c: [...earlier.filter((one) => !changes.some((other) => overlap(one, other))), ...changes],
  };
}

/** Of what the object says and what this process knows, the later: whoever undoes a fix may take the annotation with it. */
export function latest(a: Deed | undefined, b: Deed | undefined): Deed | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.t === b.t) return a.n >= b.n ? a : b;
  return a.t > b.t ? a : b;
}
