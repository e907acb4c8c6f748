import { milliseconds } from '../../crds/deployment/defaults.ts';
import type { Enforcement, PolicySpec } from '../../crds/policy/schema.ts';
import { hashOf } from '../../operator/apply/identity.ts';
import { timestamp } from '../../operator/status/conditions.ts';
import type { InForce } from './admission/standing.ts';
import type { Policy } from './policy.ts';
import type { Summary } from './scan/index.ts';

type PromotionStatus = NonNullable<NonNullable<Policy['status']>['promotion']>;

export interface PromotionPlan {
  readonly status: PromotionStatus;
  /** When it may go on; milliseconds since 1970. */
  readonly wakeUp: number | undefined;
}

/** What is in force: the spec's enforcement, or the stricter one that it was promoted to as it is now. */
export function enforcementOf({ spec, status }: Pick<Policy, 'spec' | 'status'>): Enforcement {
  const { promotion } = status ?? {};
  const promoted = promotion?.at !== undefined && promotion.of === promotedDigest(spec);
  return spec.promotion !== undefined && promoted ? spec.promotion.to : spec.enforcement;
}

/** Of what a verdict depends on. Who is excepted, and what is said, may change without beginning anew. */
function promotedDigest({ match, params, variables, rules, promotion }: PolicySpec): string {
  const judged = rules.map(({ name, expression }) => ({ name, expression }));
  return hashOf({ match, params, variables, rules: judged, to: promotion?.to });
}

/**
 * A canary for rules: count first, then enforce. The time in which nothing violates it is kept in status, so a restart
 * changes nothing. It ends with whatever violates it; while objects wait to be looked at it neither ends nor is over.
 *
 * @param now milliseconds since 1970
 */
export function planPromotion(
  { metadata, spec, status }: Pick<Policy, 'metadata' | 'spec' | 'status'>,
  inForce: InForce | undefined,
  summary: Summary | undefined,
  now: number,
): PromotionPlan | undefined {
  const { promotion } = spec;
  if (promotion === undefined) return undefined;
  const of = promotedDigest(spec);
  const before = status?.promotion?.of === of ? status.promotion : undefined;
  if (before?.at !== undefined) {
    const message = `${promotion.to} since ${before.at}: nothing violated it for ${promotion.afterCleanFor}`;
    return { status: { ...kept(before), of, message }, wakeUp: undefined };
  }
  const obstacle = obstacleOf(summary, inForce, metadata.generation);
  if (obstacle?.ends === true) return { status: { of, message: obstacle.message }, wakeUp: undefined };
  const cleanSince = before?.cleanSince ?? (obstacle === undefined ? timestamp(new Date(now)) : undefined);
  if (cleanSince === undefined)
    return { status: { of, message: obstacle?.message ?? '' }, wakeUp: undefined };
  const due = Date.parse(cleanSince) + milliseconds(promotion.afterCleanFor);
  if (obstacle !== undefined)
    return { status: { cleanSince, of, message: obstacle.message }, wakeUp: undefined };
  if (due > now) {
    const message = `nothing violates it: ${promotion.to} from ${timestamp(new Date(due))}, if that stays so`;
    return { status: { cleanSince, of, message }, wakeUp: due };
  }
  const at = timestamp(new Date(now));
  const message = `${promotion.to} since ${at}: nothing violated it for ${promotion.afterCleanFor}`;
  return { status: { cleanSince, at, of, message }, wakeUp: undefined };
}

function kept({ cleanSince, at }: PromotionStatus): Pick<PromotionStatus, 'cleanSince' | 'at'> {
  return { ...(cleanSince === undefined ? {} : { cleanSince }), ...(at === undefined ? {} : { at }) };
}

interface Obstacle {
  readonly message: string;
  /** Whether it ends the time in which nothing violated it. */
  readonly ends: boolean;
}

/** What is there is judged by what is in force: only of the present generation does it tell what that would deny. */
function obstacleOf(
  summary: Summary | undefined,
  inForce: InForce | undefined,
  generation: number | undefined,
): Obstacle | undefined {
  if (summary === undefined) return { message: 'what is there has not been looked at yet', ends: false };
  const { counts, scan, unread, unjudged, violations } = summary;
  const bad = counts.fail + counts.warn;
  if (bad + counts.error > 0) {
    const [first] = violations;
    const which =
      first === undefined
        ? ''
        : `, ${first.kind} ${first.namespace === undefined ? '' : `${first.namespace}/`}${first.name} for one`;
    const errors = counts.error === 0 ? '' : `, and ${counts.error} could not be judged`;
    return { message: `${bad} verdicts are bad${errors}${which}: the time begins when none is`, ends: true };
  }
  const [unreadable] = unread;
  if (unreadable !== undefined)
    return { message: `${unreadable.resource.kind} cannot be looked at: ${unreadable.message}`, ends: true };
  const [silent] = unjudged;
  if (silent !== undefined) {
    const message = `what is there says nothing of it, so it does not go on by itself: ${silent.field}: ${silent.message}`;
    return { message, ends: true };
  }
  if (inForce === undefined) return { message: 'requests are not judged by it yet', ends: false };
  if (inForce.generation !== generation)
    return { message: `generation ${inForce.generation} is in force, and not this one`, ends: false };
  if (scan.at === undefined || scan.pending > 0)
    return { message: `${scan.pending} objects wait to be looked at`, ends: false };
  return undefined;
}
