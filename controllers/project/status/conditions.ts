import type { ProjectPlan } from '../plan/project.ts';
import { type Phase, phases, type Trouble, type Troubles } from '../plan/verdict.ts';
import { type Reason, reasons } from './reasons.ts';

/** A condition without its times. */
export interface Finding {
  readonly type: 'Ready' | 'Reconciling' | 'Stalled' | `${Phase}Ready`;
  readonly status: 'True' | 'False';
  readonly reason: Reason;
  readonly message: string;
}

/** The conditions of a Project: the three that every kind has, then one a phase. */
export function findingsOf(
  plan: ProjectPlan,
  troubles: ReadonlyMap<string, Troubles>,
  failed: readonly string[] = [],
): readonly Finding[] {
  if (plan.stage === 'Leaving' || plan.stage === 'Gone') return leavingFindings(plan, failed);
  const byPhase = phases.map((phase) => phaseFinding(phase, plan, troubles));
  const all = [...troubles.values()].flatMap((ofOne) => Object.values(ofOne));
  const stalled = all.find(({ reason }) => reasons[reason].stalled);
  const first = stalled ?? all.find(({ reason }) => !vague.has(reason)) ?? all[0];
  return [
    readyFinding(plan, first),
    reconcilingFinding(plan, stalled, first, failed),
    stalledFinding(stalled),
    ...byPhase,
  ];
}

/** Reasons that say that something waits, not for what. */
const vague: ReadonlySet<Reason> = new Set(['Progressing', 'AccessWithheld']);

function readyFinding(plan: ProjectPlan, first: Trouble | undefined): Finding {
  const suspended = plan.stage === 'Suspended';
  if (first !== undefined) {
    const message = suspended ? `Suspended, so nothing is done about it: ${first.message}` : first.message;
    return { type: 'Ready', status: 'False', reason: suspended ? 'Suspended' : first.reason, message };
  }
  return suspended
    ? {
        type: 'Ready',
        status: 'True',
        reason: 'Suspended',
        message: 'All stands; nothing is put back while suspended',
      }
    : {
        type: 'Ready',
        status: 'True',
        reason: 'AsDesired',
        message: `All ${plan.environments.length} environments stand`,
      };
}

function reconcilingFinding(
  plan: ProjectPlan,
  stalled: Trouble | undefined,
  first: Trouble | undefined,
  failed: readonly string[],
): Finding {
  const type = 'Reconciling';
  if (plan.stage === 'Suspended') {
    return { type, status: 'False', reason: 'Suspended', message: 'spec.suspend is true' };
  }
  const leaving = [...failed, ...plan.leaving.map(({ message }) => message)];
  if (leaving.length > 0) return { type, status: 'True', reason: 'Deleting', message: sentences(leaving) };
  if (stalled !== undefined || first === undefined) {
    return stalled === undefined
      ? { type, status: 'False', reason: 'AsDesired', message: 'Nothing is left to do' }
      : {
          type,
          status: 'False',
          reason: stalled.reason,
          message: 'Stalled: only a change of the spec or the cluster helps',
        };
  }
  return { type, status: 'True', reason: first.reason, message: first.message };
}

function stalledFinding(stalled: Trouble | undefined): Finding {
  return stalled === undefined
    ? { type: 'Stalled', status: 'False', reason: 'AsDesired', message: 'Nothing stands in the way for good' }
    : { type: 'Stalled', status: 'True', reason: stalled.reason, message: stalled.message };
}

function phaseFinding(phase: Phase, plan: ProjectPlan, troubles: ReadonlyMap<string, Troubles>): Finding {
  const type: Finding['type'] = `${phase}Ready`;
  const found = [...troubles].flatMap(([environment, ofOne]) => {
    const trouble = ofOne[phase];
    return trouble === undefined ? [] : [{ environment, trouble }];
  });
  const worst =
    found.find(({ trouble }) => reasons[trouble.reason].stalled) ??
    found.find(({ trouble }) => !vague.has(trouble.reason)) ??
    found[0];
  if (worst === undefined)
    return { type, status: 'True', reason: 'AsDesired', message: standing(phase, plan) };
  const others = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  return {
    type,
    status: 'False',
    reason: worst.trouble.reason,
    message: `${worst.environment}: ${worst.trouble.message}${others}`,
  };
}

/** What a phase that is well has to say; rules that allow nothing yet are no trouble, but worth a word. */
function standing(phase: Phase, { walls }: ProjectPlan): string {
  if (phase !== 'Network') return 'Stands in every environment';
  const problems = [...walls.problems].flatMap(([environment, found]) =>
    found.map(({ message }) => `${environment}: ${message}`),
  );
  const oneSided = [...walls.oneSided.values()].reduce((sum, found) => sum + found.length, 0);
  return sentences([
    'Walls stand in every environment',
    ...(oneSided === 0
      ? []
      : [`${oneSided} connections are allowed by one end only, see status.environments`]),
    ...problems,
  ]);
}

function leavingFindings(plan: ProjectPlan, failed: readonly string[]): readonly Finding[] {
  const messages = [...failed, ...plan.leaving.map(({ message }) => message)];
  const message = messages.length === 0 ? 'Nothing of it is left' : sentences(messages);
  return [
    { type: 'Ready', status: 'False', reason: 'Deleting', message },
    { type: 'Reconciling', status: 'True', reason: 'Deleting', message },
    { type: 'Stalled', status: 'False', reason: 'Deleting', message: 'Nothing stands in the way for good' },
    ...phases.map(
      (phase): Finding => ({
        type: `${phase}Ready`,
        status: 'False',
        reason: 'Deleting',
        message: 'The Project is being deleted',
      }),
    ),
  ];
}

/** A list of facts as one message, cut where it gets too long to be read. */
function sentences(parts: readonly string[]): string {
  const shown = parts.slice(0, 8).join('. ');
  const rest = parts.length > 8 ? ` (and ${parts.length - 8} more)` : '';
  return `${shown.slice(0, 2000)}${rest}`;
}
