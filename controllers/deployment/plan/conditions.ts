import type { DeploymentPhase as Phase } from '../../../crds/deployment/schema.ts';
import { type Condition, conditionsOf, type Finding } from '../../../operator/status/conditions.ts';
import type { Said } from './messages.ts';
import type { Outlook } from './outlook.ts';
import { isReason, type Reason } from './reasons.ts';
import { generationOf } from './situation.ts';

/** Ready, Reconciling and Stalled for everybody; Available and Progressing as `apps/v1` has them. */
export function deploymentConditions(
  outlook: Outlook,
  phase: Phase,
  said: Said,
  available: number,
): readonly Condition[] {
  const { deployment, now } = outlook.situation.observation;
  return conditionsOf({
    previous: deployment.status?.conditions.map((condition) => ({
      ...condition,
      observedGeneration: condition.observedGeneration ?? 0,
    })),
    generation: generationOf(outlook.situation),
    now: new Date(now),
    findings: [
      ...trio(outlook, phase, said),
      availability(outlook, available),
      progress(outlook, phase, said),
    ],
  });
}

/** What `kubectl wait`, Flux and Argo CD see in each phase. */
const kstatus: Readonly<Record<Phase, 'Ready' | 'Reconciling' | 'Stalled' | 'Resting'>> = {
  Healthy: 'Ready',
  Progressing: 'Reconciling',
  Paused: 'Reconciling',
  Analyzing: 'Reconciling',
  RollingBack: 'Reconciling',
  RolledBack: 'Stalled',
  Aborted: 'Stalled',
  TimedOut: 'Stalled',
  Invalid: 'Stalled',
  Suspended: 'Resting',
};

function trio({ obstacle }: Outlook, phase: Phase, { reason, message }: Said): readonly Finding[] {
  const state = obstacle !== undefined && kstatus[phase] === 'Reconciling' ? 'Stalled' : kstatus[phase];
  const is = (type: string, so: boolean): Finding => ({
    type,
    status: so ? 'True' : 'False',
    reason,
    message,
  });
  return [
    is('Ready', state === 'Ready'),
    is('Reconciling', state === 'Reconciling'),
    is('Stalled', state === 'Stalled'),
  ];
}

function availability({ situation }: Outlook, available: number): Finding {
  const { replicas, strategy } = situation;
  const least = strategy.by === 'Recreate' ? replicas : replicas - strategy.unavailable;
  const message = `${available} pods are available, and ${Math.max(0, least)} are promised`;
  return available >= least
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' satisfies Reason, message }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' satisfies Reason, message };
}

function progress({ situation, memory }: Outlook, phase: Phase, { message }: Said): Finding {
  const because = (status: Finding['status'], reason: Reason): Finding => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (situation.observation.deployment.spec.paused === true) return because('Unknown', 'DeploymentPaused');
  switch (phase) {
    case 'Healthy':
      return because('True', 'NewReplicaSetAvailable');
    case 'TimedOut':
      return because('False', 'ProgressDeadlineExceeded');
    case 'RolledBack':
    case 'Aborted': {
      const reason = memory.failed?.reason ?? '';
      return because('False', isReason(reason) ? reason : 'RollingBack');
    }
    case 'Invalid':
      return because(
        'False',
        situation.observation.template.state === 'Invalid' ? 'TemplateInvalid' : 'StrategyImpossible',
      );
    default:
      return because('True', 'ReplicaSetUpdated');
  }
}
