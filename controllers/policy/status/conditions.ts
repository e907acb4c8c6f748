import type { Enforcement } from '../../../crds/policy/schema.ts';
import type { Finding as Condition } from '../../../operator/status/conditions.ts';
import { findingsOf, type Phase } from '../../../operator/status/phases.ts';
import type { InForce, Standing } from '../admission/standing.ts';
import type { Finding } from '../compile/index.ts';
import type { PolicyStatus } from '../policy.ts';
import type { Summary } from '../scan/index.ts';
import { type Reason, reasons } from './reasons.ts';

/** The conditions of a Policy, but for their times. `Enforced` tells what becomes of requests, whatever else is amiss. */
export function policyConditions(
  standing: Standing,
  summary: Summary | undefined,
  fixes: PolicyStatus['fixes'],
): readonly Condition[] {
  const never = (summary?.unread ?? []).filter(isNeverRead).map(({ message }) => message);
  // Of fixes that the operator has no right to make, what to apply.
  const forbidden = (fixes?.objects ?? []).find(({ reason }) => reason === 'Forbidden');
  const notes = [
    ...standing.findings.filter(({ weight }) => weight === 'Note').map(said),
    ...(summary?.unjudged ?? []).map(said),
    ...never,
    ...(forbidden === undefined ? [] : [`spec.fix: ${forbidden.message}`]),
  ];
  const [ready, reconciling, stalled] = findingsOf([specPhase(standing), scanPhase(standing, summary)], {
    reason: 'AsDesired' satisfies Reason,
    message: 'In force, and all that is there has been looked at',
  });
  const annotated =
    ready?.status === 'True' ? { ...ready, message: [ready.message, ...notes].join('. ') } : ready;
  return [annotated, reconciling, stalled, enforced(standing)].flatMap((condition) => condition ?? []);
}

/** Whether the present spec is in force. */
function specPhase({ findings, generation, inForce, trouble }: Standing): Phase {
  const type = 'Compiled';
  const refusals = findings.filter(({ weight }) => weight === 'Refused');
  const [refusal] = refusals;
  if (refusal !== undefined) {
    const more = refusals.length > 1 ? ` (and ${refusals.length - 1} more)` : '';
    return { type, ...phaseOf(refusal.reason, `${said(refusal)}${more}`) };
  }
  const background = findings.find(({ weight }) => weight === 'Background');
  if (background !== undefined) return { type, ...phaseOf(background.reason, said(background)) };
  if (trouble !== undefined) return { type, ...phaseOf(trouble.reason, trouble.message) };
  if (inForce === undefined || inForce.generation !== generation)
    return { type, ...phaseOf('Progressing', 'it is being put in force') };
  return { type, state: 'Done', reason: 'AsDesired' satisfies Reason, message: 'in force' };
}

function scanPhase({ inForce }: Standing, summary: Summary | undefined): Phase {
  const type = 'Scanned';
  const unreadable = (summary?.unread ?? []).filter((one) => !isNeverRead(one));
  const [unread] = unreadable;
  if (unread !== undefined) {
    const kinds = unreadable.map(({ resource }) => resource.kind).join(', ');
    return { type, ...phaseOf('NotReadable', `${kinds} cannot be looked at: ${unread.message}`) };
  }
  if (summary?.scan.at === undefined) {
    const left = summary === undefined ? '' : `: ${summary.scan.pending} of ${summary.scan.objects} are left`;
    const message = `what is there is being looked at${left}`;
    return { type, ...phaseOf(inForce === undefined ? 'Progressing' : 'Scanning', message) };
  }
  return { type, state: 'Done', reason: 'AsDesired' satisfies Reason, message: 'all has been looked at' };
}

/** What nobody is asked to let it read. */
function isNeverRead({ resource }: Summary['unread'][number]): boolean {
  return resource.group === '' && resource.resource === 'secrets';
}

function phaseOf(reason: string, message: string): Pick<Phase, 'state' | 'reason' | 'message'> {
  const known: Readonly<Record<string, { readonly stalled: boolean }>> = reasons;
  return { state: known[reason]?.stalled === true ? 'Stalled' : 'Progressing', reason, message };
}

function enforced({ findings, generation, inForce, trouble }: Standing): Condition {
  const type = 'Enforced';
  const refused = findings.find(({ weight }) => weight !== 'Note');
  if (inForce === undefined) {
    const reason: string = refused?.reason ?? trouble?.reason ?? 'Progressing';
    const message = refused === undefined ? (trouble?.message ?? 'it is being put in force') : said(refused);
    return { type, status: 'False', reason, message: `No request is judged by it: ${message}` };
  }
  const what = meaning[inForce.enforcement];
  if (inForce.generation !== generation) {
    const reason: Reason = refused === undefined ? 'Progressing' : 'LastGood';
    const message = `${what}, by generation ${inForce.generation}: generation ${generation} is ${refused === undefined ? 'being put in force' : 'not'}`;
    return { type, status: 'True', reason, message };
  }
  if (inForce.enforcement === 'Deny' && !inForce.proven) {
    const why = findings.filter(({ reason }) => reason === 'Unproven').map(said);
    return {
      type,
      status: 'True',
      reason: 'Unproven' satisfies Reason,
      message: [`${what}; where a rule fails to compute, the request is let through`, ...why].join('. '),
    };
  }
  const unfixed = findings.find(({ reason }) => reason === 'FixForbidden');
  if (unfixed !== undefined) {
    const reason: Reason = 'FixForbidden';
    return { type, status: 'True', reason, message: `${what}. ${said(unfixed)}` };
  }
  return { type, status: 'True', reason: 'AsDesired' satisfies Reason, message: what };
}

const meaning: Readonly<Record<Enforcement, string>> = {
  Audit: "A request that violates it is let through, and noted in the API server's audit log",
  Warn: 'Whoever sends a request that violates it is warned',
  Deny: 'A request that violates it is denied',
};

function said({ field, message }: Finding): string {
  return `${field}: ${message}`;
}

/** What becomes of requests now, in a word. */
export function enforcementWord(
  inForce: InForce | undefined,
  findings: readonly Finding[],
): Enforcement | 'Background' | undefined {
  if (inForce !== undefined) return inForce.enforcement;
  return findings.some(({ weight }) => weight === 'Background') ? 'Background' : undefined;
}
