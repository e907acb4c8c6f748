import { canaryOf } from '../../../crds/deployment/defaults.ts';
import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import type { Spec } from './observation.ts';
import type { Reason } from './reasons.ts';
import { canarySteps, passesByItself } from './steps.ts';

/**
 * Whether a status says no more than that a rollout goes on as it was to: that it began, awaits the pods of a step, or is in
 * a pause that ends by itself. Who is killed before that is told goes on from the status before, and from the marks that the
 * sizes of ReplicaSets were made with: so no gateway serves it meanwhile, nothing measured would be lost, nobody is waited
 * for, and nobody was answered.
 */
export function onlyGoesOn(
  { strategy }: Pick<Spec, 'strategy'>,
  before: DeploymentStatus,
  after: DeploymentStatus,
): boolean {
  const { step } = after;
  if (step === undefined || strategy.type !== 'Canary') return false;
  const beginning = before.step === undefined;
  const same =
    before.step?.hash === step.hash &&
    before.canary?.hash === after.canary?.hash &&
    before.observedGeneration === after.observedGeneration &&
    isUntroubled(before) &&
    (step.index > before.step.index ||
      (step.index === before.step.index && before.step.stage === 'Shifting'));
  if (beginning ? before.phase !== 'Healthy' : !same) return false;
  const settled =
    isUntroubled(after) &&
    after.weight?.by === 'Replicas' &&
    after.stable?.hash === before.stable?.hash &&
    after.adopted === before.adopted &&
    (isAvailable(after) || !isAvailable(before)) &&
    [before, after].every(({ analysis, failed, paused }) => (analysis ?? failed ?? paused) === undefined) &&
    before.lastRequest?.id === after.lastRequest?.id;
  if (!settled) return false;
  const passed = canarySteps(canaryOf(strategy).steps ?? []).slice(
    (before.step?.index ?? 1) - 1,
    step.stage === 'Shifting' ? step.index - 1 : step.index,
  );
  return passed.every(passesByItself);
}

/** Whether nothing is to be said but that pods are on their way: no trouble. */
export function awaitsPods({ phase, conditions }: DeploymentStatus): boolean {
  return phase === 'Progressing' && isReadyFor(conditions, 'Progressing');
}

function isUntroubled(status: DeploymentStatus): boolean {
  const { phase, conditions, step } = status;
  return step?.stage === 'Shifting'
    ? awaitsPods(status)
    : step?.stage === 'Pausing' && phase === 'Paused' && isReadyFor(conditions, 'StepPaused');
}

function isAvailable({ conditions }: DeploymentStatus): boolean {
  return conditions.find(({ type }) => type === 'Available')?.status === 'True';
}

function isReadyFor(conditions: DeploymentStatus['conditions'], reason: Reason): boolean {
  return conditions.find(({ type }) => type === 'Ready')?.reason === reason;
}
