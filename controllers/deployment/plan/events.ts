import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import type { PlannedEvent } from './deploymentPlan.ts';
import type { Reason } from './reasons.ts';

/** What is told of, each once: what this status says and the last one did not. */
export function planEvents(
  before: DeploymentStatus | undefined,
  after: DeploymentStatus,
): readonly PlannedEvent[] {
  const events: PlannedEvent[] = [];
  const tell = (type: PlannedEvent['type'], reason: EventReason, note: string) =>
    events.push({ type, reason, note });
  const { lastRequest, failed, canary, stable, step, paused, phase } = after;
  if (lastRequest !== undefined && lastRequest.id !== before?.lastRequest?.id) {
    const refused = lastRequest.outcome === 'Refused';
    const note = `Request ${lastRequest.id} (${lastRequest.verb}): ${lastRequest.message}`;
    tell(refused ? 'Warning' : 'Normal', refused ? 'RequestRefused' : 'RequestDone', note);
  }
  if (failed !== undefined && failed.at !== before?.failed?.at) {
    tell('Warning', 'RollingBack', `${failed.reason}: ${failed.message}`);
  } else if (failed === undefined && canary !== undefined && canary.hash !== before?.canary?.hash) {
    tell('Normal', 'RolloutStarted', `Revision ${canary.revision} is on its way`);
  }
  if (step !== undefined && before?.step !== undefined && canary?.hash === before.canary?.hash) {
    if (step.hash !== before.step.hash) {
      tell('Normal', 'StepsChanged', `The steps were changed: it goes on at step ${step.text}`);
    } else if (step.index > before.step.index && step.index <= step.count) {
      tell('Normal', 'StepStarted', `Revision ${canary?.revision ?? 0}: step ${step.text}`);
    }
  }
  if (stable !== undefined && before?.stable?.hash !== stable.hash) {
    tell('Normal', 'Promoted', `Revision ${stable.revision} serves everything`);
  }
  if (paused !== undefined && paused.at !== before?.paused?.at) tell('Warning', 'Held', after.message);
  if (phase !== before?.phase && told.has(phase)) tell('Warning', 'Ended', `${phase}: ${after.message}`);
  return events;
}

/**
 * Of what keeps a rollout from going on: told when status comes to say it, and not again as long as it does. Statuses that
 * are written tell, and not plans: what is refused is found out by writing.
 */
export function obstacleEvents(
  before: DeploymentStatus | undefined,
  after: DeploymentStatus,
): readonly PlannedEvent[] {
  const now = obstacleOf(after);
  if (now === undefined || now.reason === obstacleOf(before)?.reason) return [];
  const reason: EventReason = 'Obstructed';
  return [{ type: 'Warning', reason, note: `${now.reason}: ${now.message}` }];
}

function obstacleOf(status: DeploymentStatus | undefined) {
  return status?.conditions.find(
    ({ type, status: is, reason }) => type === 'Stalled' && is === 'True' && obstacles.has(reason),
  );
}

const obstacles: ReadonlySet<string> = new Set<Reason>(['WriteRefused', 'NameTaken', 'RouteConflict']);

/** The reasons of events. */
export const eventReasons = {
  RequestDone: 'What a request asked for was done.',
  RequestRefused: 'A request was refused; the note says why.',
  RolloutStarted: 'A revision is on its way.',
  StepStarted: 'The rollout went on to the next step.',
  StepsChanged: 'The steps were changed in the middle of a rollout; the note says where it goes on.',
  Promoted: 'A revision has taken over.',
  RollingBack: 'A revision was given up; the note says why.',
  Held: 'The rollout is held until somebody decides.',
  Obstructed: 'Something is refused, or somebody else is in the way; the note says what, and who.',
  Ended: 'The rollout ended other than well, or cannot begin; the note says how.',
} as const;

type EventReason = keyof typeof eventReasons;

const told: ReadonlySet<string> = new Set(['RolledBack', 'Aborted', 'TimedOut', 'Invalid']);
