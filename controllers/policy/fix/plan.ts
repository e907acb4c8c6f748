import { isDeepStrictEqual } from 'node:util';
import type { FixReason } from '../../../crds/policy/fixes.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { type Change, overlap, textOf } from './changes.ts';
import { guardOf, touchesMarks } from './guarded.ts';
import { applierOf, sourceOf, undoersOf } from './holders.ts';
import type { Answer } from './inquiry.ts';
import { type Deed, restsUntil } from './memory.ts';

/** An object that violates Policies with a fix, and what the API server says that the fixes would change. */
export interface Situation {
  readonly live: KubernetesObject;
  readonly resource: Resource;
  /** What made the object and keeps it, `Deployment shop/web`; undefined where nothing does. */
  readonly maker: string | undefined;
  /** In the order of the Policies' names. */
  readonly asked: readonly Asked[];
  /** Seconds since 1970. */
  readonly now: number;
}

export interface Asked {
  readonly policy: string;
  readonly existing: 'Suggest' | 'Apply';
  readonly mark: string;
  readonly answer: Answer;
  readonly deed: Deed | undefined;
}

/** Why the object is as it is, of one Policy. */
export interface Outcome {
  readonly reason: FixReason;
  readonly message: string;
  /** What the fix would change. */
  readonly changes: readonly Change[];
  /** When it is to be looked at again though nothing changed; seconds since 1970. */
  readonly until?: number | undefined;
}

export interface FixPlan {
  /** Of the Policies for which nothing is written. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What is to be written, for all others: those that are compatible together, so that what runs is restarted once. */
  readonly parts: readonly Part[];
}

/** What is changed for one Policy. */
export interface Part {
  readonly policy: string;
  readonly mark: string;
  readonly changes: readonly Change[];
}

/** Decides what is changed, and of what is not, why. */
export function plan({ asked, ...of }: Situation): FixPlan {
  const outcomes = new Map<string, Outcome>();
  const parts: Part[] = [];
  for (const one of asked) {
    const outcome = outcomeOf(one, of);
    if (outcome !== undefined) outcomes.set(one.policy, outcome);
    else if (one.answer.kind === 'Changes')
      parts.push({ policy: one.policy, mark: one.mark, changes: one.answer.changes });
  }
  return { outcomes, parts };
}

/** Those that write nothing that one before them writes otherwise. */
export function compatible(parts: readonly Part[]): readonly Part[] {
  const taken: Part[] = [];
  for (const part of parts) if (!taken.some((other) => clash(part, other))) taken.push(part);
  return taken;
}

function clash(a: Part, b: Part): boolean {
  return a.changes.some((one) =>
    b.changes.some((other) => overlap(one, other) && !isDeepStrictEqual(one, other)),
  );
}

/** All changes, each once. */
export function together(parts: readonly Part[]): readonly Change[] {
  return [
    ...new Map(
      parts.flatMap(({ changes }) => changes).map((change) => [JSON.stringify(change.path), change] as const),
    ).values(),
  ];
}

/** Undefined: it is to be made. */
function outcomeOf(
  { answer, existing, mark, deed }: Asked,
  { live, resource, maker, now }: Omit<Situation, 'asked'>,
): Outcome | undefined {
  const nothing = (reason: FixReason, message: string): Outcome => ({ reason, message, changes: [] });
  if (answer.kind === 'Unanswered')
    return nothing('NotInForce', 'the API server does not know the fix yet; it is asked again');
  if (answer.kind === 'Forbidden') return nothing('Forbidden', missing(answer.right));
  if (answer.kind === 'Refused')
    return nothing('Refused', `the API server would not take what the fix makes of it: ${answer.message}`);
  const { changes, immutable } = answer;
  if (changes.length === 0)
    return nothing('ChangesNothing', 'the fix changes nothing of it: correct it by hand');
  const held = (reason: FixReason, message: string): Outcome => ({ reason, message, changes });
  if (immutable !== undefined)
    return held('Immutable', `it cannot be changed any more; make it anew: ${immutable}`);
  if (maker !== undefined) return held('MadeByController', `${maker} made it: change that`);
  const source = sourceOf(live);
  if (source !== undefined)
    return held('KeptElsewhere', `${source} keeps it: put the change where that has it from`);
  if (existing === 'Suggest')
    return held('Suggested', 'fix.existing is Suggest: change it, or set it to Apply');
  const guard = guardOf(resource, live);
  if (guard !== undefined) return held('Guarded', guard);
  if (touchesMarks(changes))
    return held('Guarded', 'marks of mainstay.dev are the operator’s own: no fix changes them');
  const applier = applierOf(live, changes);
  if (applier !== undefined)
    return held(
      'OwnedByOther',
      `${applier.manager} applies ${applier.field}, and would take the change back or be refused: change it there`,
    );
  if (deed?.r !== undefined && deed.m === mark)
    return held('Reverted', `it was taken back by the request ${deed.r}; another fix is made again`);
  return undoneAgain(live, deed, mark, changes, now);
}

function undoneAgain(
  live: KubernetesObject,
  deed: Deed | undefined,
  mark: string,
  changes: readonly Change[],
  now: number,
): Outcome | undefined {
  const until = restsUntil(deed, mark, now);
  if (deed === undefined || until === undefined) return undefined;
  const undoers = undoersOf(live, deed.t, changes);
  const who = undoers.length === 0 ? 'somebody' : undoers.join(', ');
  const field = textOf(changes[0]?.path ?? []);
  const again = new Date(until * 1000).toISOString().replace('.000', '');
  return {
    reason: 'UndoneAgain',
    message: `made ${deed.n} times, and each time ${who} took it back (${field}): agree with who keeps the object; it is tried again at ${again}`,
    changes,
    until,
  };
}

/** What people must do where the operator has no right to fix. */
export function missing(right: string): string {
  return `the operator may not ${right}: apply manifests/dist/fixes.yaml, or a ClusterRole with the label mainstay.dev/aggregate-to-fixes: "true" that allows get and patch of it`;
}
