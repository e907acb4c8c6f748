import type { Memory } from './memory.ts';
import type { RevisionView } from './observation.ts';
import type { Situation } from './situation.ts';

/** Where things are to go. Revisions are named by their hash. */
export interface Course {
  /** The revision to go back to; undefined until one has been Healthy. */
  readonly stable?: string | undefined;
  /** The revision that is to take over; undefined where the stable one stays. */
  readonly canary?: string | undefined;
  /** Over all steps at once: the first rollout, and the way back to an older revision. */
  readonly jump: boolean;
  /** The template's revision was given up. */
  readonly returning: boolean;
  /** Why nothing new begins. */
  readonly held?: 'TemplateInvalid' | 'TemplateUnknown' | 'Suspended' | 'StrategyImpossible' | undefined;
}

export function courseOf(situation: Situation, memory: Memory): Course {
  const { observation, revisions, strategy } = situation;
  const { template, deployment } = observation;
  const { stable, canary, failed } = memory;
  if (failed !== undefined) {
    const to = revisions.has(failed.to) ? failed.to : stable;
    return { stable, canary: to === stable ? undefined : to, jump: true, returning: true };
  }
  const begun = canary !== undefined && mayBe(situation, canary) ? canary : undefined;
  const wait = (held: Course['held']): Course => ({
    stable,
    canary: begun,
    jump: stable === undefined,
    returning: false,
    held,
  });
  if (template.state !== 'Known') {
    return wait(template.state === 'Invalid' ? 'TemplateInvalid' : 'TemplateUnknown');
  }
  const goal = template.hash;
  if (deployment.spec.paused === true) return wait('Suspended');
  if (goal === stable) return { stable, jump: false, returning: false };
  if (strategy.problem !== undefined && stable !== undefined) return wait('StrategyImpossible');
  return {
    stable,
    canary: goal,
    jump: stable === undefined || isInWindow(situation, memory, stable, goal),
    returning: false,
  };
}

/**
 * The number of a revision, as it is or as this very plan makes it: a template that comes back is the newest revision again,
 * as with `apps/v1`, and one without a ReplicaSet will be.
 */
export function numberOf({ revisions }: Situation, { canary, returning }: Course, hash: string): number {
  let highest = 0;
  for (const { revision } of revisions.values()) highest = Math.max(highest, revision);
  const existing = revisions.get(hash)?.revision ?? 0;
  if (existing === 0) return highest + 1;
  return hash === canary && !returning && existing < highest ? highest + 1 : existing;
}

/** Whether the revision is there, or the template's as far as is known: then it can be made. */
function mayBe({ observation: { template }, revisions }: Situation, hash: string): boolean {
  if (revisions.has(hash) || template.state === 'Unknown') return true;
  return template.state === 'Known' && template.hash === hash;
}

/**
 * Whether the goal is one of the last `rollback.window.revisions` that served, of which the stable one is the newest: what
 * was given up, or never came so far, is as new as any. By age, since a revision that is gone back to gets a new number.
 */
function isInWindow(
  { observation, revisions }: Situation,
  { served }: Memory,
  stable: string,
  goal: string,
): boolean {
  const window = observation.deployment.spec.rollback?.window?.revisions;
  const to = revisions.get(goal);
  const from = revisions.get(stable);
  if (window === undefined || to === undefined || from === undefined) return false;
  if (!served.includes(goal) || !isOlder(to, from)) return false;
  let between = 1;
  for (const hash of served) {
    const one = revisions.get(hash);
    if (one !== undefined && isOlder(to, one) && isOlder(one, from)) between += 1;
  }
  return between < window;
}

function isOlder(one: RevisionView, other: RevisionView): boolean {
  return one.createdAt !== other.createdAt ? one.createdAt < other.createdAt : one.hash < other.hash;
}
