import type { Finding } from '../../../operator/status/conditions.ts';
import { findingsOf, type Phase as PhaseFinding, type PhaseState } from '../../../operator/status/phases.ts';
import type { ProjectPlan } from '../plan/project.ts';
import { type Phase, phases, type Trouble, type Troubles } from '../plan/trouble.ts';
import { type Reason, reasons } from './reasons.ts';

/** The conditions of a Project, but for their times: the three that every kind has, then one a phase. */
export function projectFindings(
  plan: ProjectPlan,
  troubles: ReadonlyMap<string, Troubles>,
): readonly Finding[] {
  switch (plan.stage) {
    case 'Beginning':
      return beginning();
    case 'Leaving':
    case 'Gone':
      return going(leavingMessage(plan) ?? 'Nothing of it is left');
    case 'Kept':
      return kept(plan, troubles).map((finding) => withLeaving(finding, plan));
    case 'Suspended':
      return kept(plan, troubles).map(suspended);
  }
}

function kept(plan: ProjectPlan, troubles: ReadonlyMap<string, Troubles>): readonly Finding[] {
  const number = plan.environments.length;
  return findingsOf(
    phases.map((phase) => phaseOf(phase, plan, troubles)),
    {
      reason: 'AsDesired' satisfies Reason,
      message: number === 1 ? 'The environment stands' : `All ${number} environments stand`,
    },
  );
}

/** The worst that is so in any environment: what stalls, then what is wrong, then what only waits for that. */
function phaseOf(phase: Phase, plan: ProjectPlan, troubles: ReadonlyMap<string, Troubles>): PhaseFinding {
  const type = `${phase}Ready`;
  const found = [...troubles].flatMap(([environment, ofOne]) => {
    const trouble = ofOne[phase];
    return trouble === undefined ? [] : [{ environment, trouble, state: stateOf(trouble) }];
  });
  const worst = gravity
    .map((state) => found.find((one) => one.state === state))
    .find((one) => one !== undefined);
  if (worst === undefined) {
    return { type, state: 'Done', reason: 'AsDesired' satisfies Reason, message: standing(phase, plan) };
  }
  const others = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  return {
    type,
    state: worst.state,
    reason: worst.trouble.reason,
    message: `${worst.environment}: ${worst.trouble.message}${others}`,
  };
}

const gravity: readonly PhaseState[] = ['Stalled', 'Progressing', 'Unknown'];

/** Reasons that say that something waits, not for what. */
const vague: ReadonlySet<Reason> = new Set(['Progressing', 'AccessWithheld']);

function stateOf({ reason }: Trouble): PhaseState {
  return reasons[reason].stalled ? 'Stalled' : vague.has(reason) ? 'Unknown' : 'Progressing';
}

/** What a phase that is well has to say; rules that allow nothing yet are no trouble, but worth a word. */
function standing(phase: Phase, { walls, quota }: ProjectPlan): string {
  if (phase === 'Quota' && quota.exceeded.length > 0) {
    return `Stands in every environment. More counts than the Project may have (${quota.exceeded.join(', ')}), so nothing grows until it is less`;
  }
  if (phase === 'Quota' && quota.short.length > 0) {
    return `Stands in every environment. Work was refused lately, and nothing is left to move there (${quota.short.join(', ')}): raise spec.quota.hard, or delete workloads`;
  }
  if (phase !== 'Network') return 'Stands in every environment';
  const problems = [...walls.problems].flatMap(([environment, found]) =>
    found.map(({ message }) => `${environment}: ${message}`),
  );
  const oneSided = [...walls.oneSided.values()].reduce((sum, found) => sum + found.length, 0);
  return [
    'Walls stand in every environment',
    ...(oneSided === 0
      ? []
      : [`${oneSided} connections are allowed by one end only: see status.environments`]),
    ...problems,
  ].join('. ');
}

function leavingMessage({ leaving }: ProjectPlan): string | undefined {
  return leaving.length === 0 ? undefined : leaving.map(({ message }) => message).join('. ');
}

/** Environments that are wanted no more make the Project no less ready. */
function withLeaving(finding: Finding, plan: ProjectPlan): Finding {
  const message = leavingMessage(plan);
  return finding.type === 'Reconciling' && finding.status === 'False' && message !== undefined
    ? { ...finding, status: 'True', reason: 'Deleting' satisfies Reason, message }
    : finding;
}

function suspended(finding: Finding): Finding {
  const reason: Reason = 'Suspended';
  switch (finding.type) {
    case 'Reconciling':
      return { ...finding, status: 'False', reason, message: 'spec.suspend is true: nothing is written' };
    case 'Ready':
      return { ...finding, reason, message: `Suspended, so nothing is put back. ${finding.message}` };
    default:
      return finding;
  }
}

/** Why it is not gone yet is said once: the other phases wait for the namespaces. */
function going(message: string): readonly Finding[] {
  const reason: Reason = 'Deleting';
  return findingsOf(
    phases.map((phase) =>
      phase === 'Namespaces'
        ? { type: `${phase}Ready`, state: 'Progressing', reason, message }
        : { type: `${phase}Ready`, state: 'Unknown', reason, message: 'The Project is being deleted' },
    ),
    { reason, message },
  );
}

function beginning(): readonly Finding[] {
  const because = { reason: 'Progressing' satisfies Reason, message: 'The Project is being begun' };
  return findingsOf(
    phases.map((phase) => ({ type: `${phase}Ready`, state: 'Progressing', ...because })),
    because,
  );
}
