import type { Request } from '../../../crds/deployment/schema.ts';
import { textOf } from './amounts.ts';
import { excusesOf } from './analysis.ts';
import { isLast } from './capacity.ts';
import { type Course, courseOf, numberOf } from './course.ts';
import type { Memory, StepMemory } from './memory.ts';
import { begin, giveUp, lastStep, stepAt } from './rollout.ts';
import type { Situation } from './situation.ts';

type Outcome =
  | { readonly type: 'Done'; readonly memory: Memory; readonly message: string }
  | { readonly type: 'Refused'; readonly message: string };

/**
 * Does what was asked, once: the answer is remembered in the same write as what came of it. What is asked of a revision or
 * a step that is past is refused, and so is all that was there before the Deployment was ever looked at.
 */
export function obey(situation: Situation, memory: Memory): Memory {
  const { request } = situation.observation.deployment.spec;
  if (request === undefined || request.id === memory.answer?.id) return memory;
  const refusal = staleness(memory, request);
  const outcome =
    refusal === undefined
      ? outcomeOf(situation, memory, courseOf(situation, memory), request)
      : refused(refusal);
  const { id, verb, by } = request;
  const next = outcome.type === 'Done' ? outcome.memory : memory;
  const answer = {
    id,
    verb,
    ...(by === undefined ? {} : { by }),
    outcome: outcome.type,
    message: outcome.message,
    at: textOf(situation.now),
  };
  const before = memory.answer === undefined ? [] : [memory.answer.id];
  const answered = [...before, ...memory.answered.filter((one) => one !== id && !before.includes(one))];
  return { ...next, answer, answered: answered.slice(0, mostAnswered) };
}

/** Ids that are remembered besides the last one. */
const mostAnswered = 16;

/** Why it is of another time. */
function staleness({ known, answered }: Memory, { id }: Request): string | undefined {
  if (!known)
    return 'it was written before this Deployment was first looked at, so it is not known what it was meant for';
  return answered.includes(id)
    ? 'a request of this id was answered before, and an id acts once: give another'
    : undefined;
}

function outcomeOf(situation: Situation, memory: Memory, course: Course, request: Request): Outcome {
  switch (request.verb) {
    case 'Retry':
      return retry(situation, memory, request);
    case 'Rollback':
      return rollback(situation, memory, course, request);
    default: {
      const refusal = refusalOf(situation, memory, course, request);
      return refusal === undefined ? ofCanary(situation, memory, course, request) : refused(refusal);
    }
  }
}

/** Why it is not about what is on its way. */
function refusalOf(
  situation: Situation,
  { step }: Memory,
  course: Course,
  request: Request,
): string | undefined {
  const { canary, stable } = course;
  if (canary === undefined) {
    const serving =
      stable === undefined ? '' : `: revision ${numberOf(situation, course, stable)} serves everything`;
    return `no revision is on its way${serving}`;
  }
  const revision = numberOf(situation, course, canary);
  if (request.revision !== revision) {
    return `it is for revision ${request.revision}, and revision ${revision} is on its way`;
  }
  if (stable === undefined)
    return `revision ${revision} is the first one: it has no steps, and nothing to go back to`;
  if (request.step === undefined || request.step === step?.index) return undefined;
  return `it is for step ${request.step}, and the rollout is at step ${step?.index ?? 0} of ${situation.strategy.steps.length}`;
}

function ofCanary(situation: Situation, memory: Memory, course: Course, { verb }: Request): Outcome {
  const { stable, returning } = course;
  const { step, paused } = memory;
  const { strategy, now } = situation;
  if (step === undefined || stable === undefined) return refused('no revision is on its way');
  const excused = (silent: boolean): StepMemory => ({
    ...step,
    excused: excusesOf(situation, memory, silent),
  });
  switch (verb) {
    case 'Promote':
      if (isLast(situation, step)) return takeOver(situation, memory, excused(true));
      return done(
        { ...memory, paused: undefined, step: stepAt(situation, step.index + 1, excused(true)) },
        `step ${step.index} of ${strategy.steps.length} is done`,
      );
    case 'PromoteAll':
      if (isLast(situation, step)) return takeOver(situation, memory, excused(true));
      return done(
        { ...memory, paused: undefined, step: stepAt(situation, lastStep(situation), excused(true)) },
        `the steps from ${step.index} on are skipped`,
      );
    case 'Pause':
      return done(
        { ...memory, paused: { reason: 'PauseRequested', message: 'a request holds it', at: textOf(now) } },
        'held until Resume',
      );
    case 'Resume': {
      if (paused === undefined) {
        return refused(
          step.stage === 'Pausing' ? 'it waits in a step, which Promote ends' : 'it is not paused',
        );
      }
      const resumed = { ...memory, paused: undefined };
      // What was found before counts no more, or it would be held again at once.
      return done(
        paused.reason === 'PauseRequested'
          ? resumed
          : { ...resumed, step: { ...excused(false), since: now } },
        'it goes on',
      );
    }
    default: {
      if (returning)
        return refused('it is going back already: ask for a Rollback to another revision, or Retry');
      const message = 'aborted by a request';
      const to = numberOf(situation, course, stable);
      return done(
        giveUp(situation, memory, { reason: 'AbortRequested', message, ending: 'Aborted', to: stable }),
        `back to revision ${to}`,
      );
    }
  }
}

/** After the last step there is only a hold to be ended. */
function takeOver({ now }: Situation, memory: Memory, step: StepMemory): Outcome {
  return memory.paused === undefined
    ? refused('there is no further step: it takes over as soon as it can')
    : done({ ...memory, paused: undefined, step: { ...step, since: now } }, 'it goes on taking over');
}

function retry(situation: Situation, memory: Memory, { revision }: Request): Outcome {
  const { failed, ...rest } = memory;
  if (failed === undefined) return refused('no revision was given up');
  if (failed.revision !== revision) {
    return refused(
      `it is for revision ${revision}, and revision ${failed.revision} is the one that was given up`,
    );
  }
  return done(
    begin(situation, { ...rest, canary: undefined, step: undefined, paused: undefined }),
    `revision ${revision} is tried again from its first step`,
  );
}

/** `revision` is the one to go to. */
function rollback(situation: Situation, memory: Memory, course: Course, { revision }: Request): Outcome {
  const { canary, stable } = course;
  const found = [...situation.revisions.values()].find((one) => one.revision === revision);
  if (stable === undefined)
    return refused('there is nothing to go back to before a first revision is Healthy');
  if (found === undefined) {
    return refused(
      `revision ${revision} is not there any more (see spec.revisionHistoryLimit): apply its template instead`,
    );
  }
  const { template } = situation.observation;
  if (found.hash === (canary ?? stable)) {
    return refused(
      `revision ${revision} ${canary === undefined ? 'serves everything' : 'is on its way'} already`,
    );
  }
  if (template.state === 'Known' && found.hash === template.hash) {
    return refused(`revision ${revision} is the template's: ask for a Retry`);
  }
  const message = `a request asked for revision ${revision}`;
  return done(
    giveUp(situation, memory, { reason: 'RollbackRequested', message, ending: 'RolledBack', to: found.hash }),
    `back to revision ${revision}`,
  );
}

function done(memory: Memory, message: string): Outcome {
  return { type: 'Done', memory, message };
}

function refused(message: string): Outcome {
  return { type: 'Refused', message };
}
