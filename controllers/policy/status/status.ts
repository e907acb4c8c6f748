import { expiryOf } from '../../../crds/policy/defaults.ts';
import { firstDifference } from '../../../operator/resources/json.ts';
import { conditionsOf } from '../../../operator/status/conditions.ts';
import type { Standing } from '../admission/standing.ts';
import type { Policy, PolicyStatus } from '../policy.ts';
import { planPromotion } from '../promotion.ts';
import type { Summary } from '../scan/index.ts';
import { enforcementWord, policyConditions } from './conditions.ts';

export interface StatusPlan {
  readonly status: PolicyStatus;
  /** When it says something else, although nothing changes but the time; milliseconds since 1970. */
  readonly wakeUp: number | undefined;
}

/** What is known of what is there; undefined before it is. */
export interface Found {
  readonly summary: Summary | undefined;
  readonly fixes: PolicyStatus['fixes'];
}

/** The whole status of a Policy: pure, from how it stands, what was found, and the time. */
export function statusOf(
  policy: Policy,
  standing: Standing,
  found: Found,
  lastRequest: PolicyStatus['lastRequest'],
  now: number,
): StatusPlan {
  const { summary } = found;
  const fixes = lastFixes(policy, standing, found);
  const promotion = planPromotion(policy, standing.inForce, summary, now);
  const known = lastKnown(policy, standing, summary);
  const enforcement = enforcementWord(standing.inForce, standing.findings);
  const dates = (policy.spec.exceptions ?? []).map((exception) => ({
    name: exception.name,
    expires: expiryOf(exception) ?? Number.POSITIVE_INFINITY,
  }));
  const expired = dates.filter(({ expires }) => expires <= now).map(({ name }) => name);
  const next = Math.min(
    promotion?.wakeUp ?? Number.POSITIVE_INFINITY,
    ...dates.filter(({ expires }) => expires > now).map(({ expires }) => expires),
  );
  return {
    status: {
      observedGeneration: standing.generation,
      conditions: conditionsOf({
        previous: policy.status?.conditions,
        findings: policyConditions(standing, known, fixes),
        generation: standing.generation,
        now: new Date(now),
      }),
      ...(enforcement === undefined ? {} : { enforcement }),
      ...(known === undefined ? {} : foundIn(known)),
      ...(promotion === undefined ? {} : { promotion: promotion.status }),
      ...(expired.length === 0 ? {} : { expired }),
      ...(fixes === undefined ? {} : { fixes }),
      ...(lastRequest === undefined ? {} : { lastRequest }),
    },
    wakeUp: Number.isFinite(next) ? next : undefined,
  };
}

/**
 * What is known of what is there. An operator that has just started looks at everything again: until it has, what an earlier
 * one found of this very spec is as true as it was.
 */
function lastKnown(
  { status }: Policy,
  { generation }: Standing,
  summary: Summary | undefined,
): Summary | undefined {
  if (summary?.scan.at !== undefined) return sameTime(summary, status);
  const { counts, scan, violations = [], observedGeneration } = status ?? {};
  if (observedGeneration !== generation || counts === undefined || scan?.at === undefined) return summary;
  return {
    counts,
    scan: { at: scan.at, objects: scan.objects, pending: scan.pending },
    violations,
    unread: summary?.unread ?? [],
    unjudged: summary?.unjudged ?? [],
  };
}

/**
 * The same of fixes: an operator that has just started asks the API server again what each would change. As long as it finds
 * as many objects as there were and knows less of them, what was known is as true as it was.
 */
function lastFixes({ status }: Policy, { generation }: Standing, { summary, fixes }: Found): Found['fixes'] {
  const before = status?.observedGeneration === generation ? status.fixes : undefined;
  if (before === undefined || fixes === undefined) return fixes;
  const objects = ({ pending, suggested, stuck }: typeof before) => pending + suggested + stuck;
  const knowsLess = fixes.pending > before.pending && objects(fixes) === objects(before);
  return summary?.scan.at === undefined || knowsLess ? before : fixes;
}

/** That all of it was looked at once more, and is as it was, is no news. */
function sameTime(summary: Summary, status: Policy['status']): Summary {
  const at = status?.scan?.at;
  if (at === undefined) return summary;
  const before = { ...summary, scan: { ...summary.scan, at } };
  const { counts, scan, violations } = status ?? {};
  return firstDifference(foundIn(before), { counts, scan, violations }) === undefined ? before : summary;
}

function foundIn({
  counts,
  scan,
  violations,
}: Summary): Pick<PolicyStatus, 'counts' | 'scan' | 'violations'> {
  const { at, objects, pending } = scan;
  return {
    counts,
    scan: { ...(at === undefined ? {} : { at }), objects, pending },
    ...(violations.length === 0 ? {} : { violations }),
  };
}
