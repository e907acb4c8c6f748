import type { DeploymentStatus, RevisionStatus } from '../../../crds/deployment/schema.ts';
import { textOf } from './amounts.ts';
import { deploymentConditions } from './conditions.ts';
import { type Course, numberOf } from './course.ts';
import type { Memory } from './memory.ts';
import { say } from './messages.ts';
import { type Outlook, phaseOf } from './outlook.ts';
import { selectorText } from './selector.ts';
import { availableOf, generationOf, type Situation } from './situation.ts';
import { isServed, isTrusted } from './traffic.ts';

/** `status`, for people, and for the next plan: it remembers nothing else. */
export function planStatus(outlook: Outlook, watched: readonly string[]): DeploymentStatus {
  const { situation, memory, course } = outlook;
  const { deployment } = situation.observation;
  const phase = phaseOf(outlook);
  const said = say(outlook, phase);
  const counts = countsOf(situation);
  const { paused, failed, answer, answered, progress } = memory;
  const shown = course.canary ?? leavingOf(outlook);
  return {
    observedGeneration: generationOf(situation),
    phase,
    message: said.message,
    ...counts,
    ready: `${counts.readyReplicas}/${situation.replicas}`,
    ...given('revision', revisionOf(situation, course)),
    selector: selectorText(deployment.spec.selector),
    conditions: deploymentConditions(outlook, phase, said, counts.availableReplicas),
    ...given(
      'stable',
      course.stable === undefined ? undefined : revisionStatus(situation, course, course.stable),
    ),
    ...given('served', servedOf(outlook)),
    ...given('canary', shown === undefined ? undefined : revisionStatus(situation, course, shown)),
    ...given('step', situation.strategy.progressive ? stepStatus(situation, memory) : undefined),
    ...given('weight', weightStatus(outlook)),
    ...given('analysis', analysisStatus(situation, watched)),
    ...given('paused', paused),
    ...given('failed', failed),
    ...given('lastRequest', answer),
    ...given('answered', answered.length === 0 ? undefined : answered),
    ...given('adopted', situation.observation.adopted === true ? true : undefined),
    ...given('progress', progress && { at: textOf(progress.at), counts: progress.counts }),
  };
}

function countsOf({ observation, revisions }: Situation) {
  const { template } = observation;
  const counts = { replicas: 0, readyReplicas: 0, availableReplicas: 0 };
  let desired = 0;
  for (const { pods, desired: size } of revisions.values()) {
    counts.replicas += pods.total;
    counts.readyReplicas += pods.ready;
    counts.availableReplicas += pods.available;
    desired += size;
  }
  const updated = template.state === 'Known' ? revisions.get(template.hash)?.pods.total : undefined;
  return {
    ...counts,
    updatedReplicas: updated ?? 0,
    unavailableReplicas: Math.max(0, desired - counts.availableReplicas),
  };
}

/** The number of the template's revision, once there is one. */
function revisionOf(situation: Situation, course: Course): number | undefined {
  const { template } = situation.observation;
  const { canary, stable } = course;
  const hash = template.state === 'Known' ? template.hash : (canary ?? stable);
  const known = hash !== undefined && (situation.revisions.has(hash) || hash === canary);
  return known ? numberOf(situation, course, hash) : undefined;
}

/** Of more nobody asks: a window is no wider. */
const mostServed = 100;

/** Those that were stable before, as long as they are there; what was given up has to show anew that it can serve. */
function servedOf({ situation, memory, course }: Outlook): readonly string[] | undefined {
  const { observation, revisions } = situation;
  const last = observation.deployment.status?.stable?.hash;
  const all = new Set(last === undefined ? memory.served : [last, ...memory.served]);
  const served = [...all].filter(
    (hash) => hash !== course.stable && hash !== memory.failed?.hash && revisions.has(hash),
  );
  return served.length === 0 ? undefined : served.slice(0, mostServed);
}

/** The revision that was given up, as long as it has pods. */
function leavingOf({ situation, memory }: Outlook): string | undefined {
  const { failed } = memory;
  if (failed === undefined || failed.hash === memory.stable) return undefined;
  const revision = situation.revisions.get(failed.hash);
  return revision !== undefined && revision.desired + revision.pods.total > 0 ? failed.hash : undefined;
}

function revisionStatus(situation: Situation, course: Course, hash: string): RevisionStatus {
  const revision = situation.revisions.get(hash);
  return {
    revision: numberOf(situation, course, hash),
    hash,
    replicaSet: revision?.name ?? `${situation.observation.deployment.metadata.name}-${hash}`,
    replicas: revision?.pods.total ?? 0,
    ready: revision?.pods.ready ?? 0,
    available: revision?.pods.available ?? 0,
    images: revision?.images ?? [],
  };
}

function stepStatus({ strategy }: Situation, { step }: Memory): DeploymentStatus['step'] {
  if (step === undefined) return undefined;
  const count = strategy.steps.length;
  return {
    index: step.index,
    count,
    hash: step.hash,
    startedAt: textOf(step.startedAt),
    text: count === 0 ? '' : `${Math.min(step.index, count)}/${count}`,
    stage: step.stage,
    since: textOf(step.since),
    ...given('trafficSince', step.trafficSince === undefined ? undefined : textOf(step.trafficSince)),
    ...given('excused', step.excused),
  };
}

/** Of the revision on its way, or of the one that goes, until it is verified that it is as desired. */
function weightStatus({ situation, memory, course, want, route }: Outlook): DeploymentStatus['weight'] {
  const { strategy, observation } = situation;
  const before = observation.deployment.status?.weight;
  const subject = course.canary ?? memory.failed?.hash;
  if (strategy.routed) {
    const served = isServed(situation, route);
    const steered = strategy.by === 'Weights';
    if (served && course.canary === undefined) return undefined;
    if (!steered && before === undefined) return undefined;
    if (steered && subject === undefined && before === undefined) return undefined;
    const { weights, by } = situation.route;
    const live = subject === undefined ? 0 : (weights.get(subject) ?? 0);
    const verified = isTrusted(situation.route) ? live : (before?.verified ?? 0);
    return since(situation, { desired: steered ? want.weight : 0, verified, by });
  }
  if (course.canary === undefined || strategy.by !== 'Pods') return undefined;
  let available = 0;
  for (const hash of situation.revisions.keys()) available += availableOf(situation, hash);
  const share = available === 0 ? 0 : Math.round((100 * availableOf(situation, course.canary)) / available);
  return since(situation, { desired: want.weight, verified: share, by: 'Replicas' });
}

function since(
  { observation, now }: Situation,
  weight: Omit<NonNullable<DeploymentStatus['weight']>, 'since'>,
): DeploymentStatus['weight'] {
  const before = observation.deployment.status?.weight;
  const same = before?.desired === weight.desired && before.verified === weight.verified;
  return { ...weight, since: same && before.since !== undefined ? before.since : textOf(now) };
}

function analysisStatus(
  { observation }: Situation,
  watched: readonly string[],
): DeploymentStatus['analysis'] {
  const found = watched.flatMap((name) => {
    const view = observation.analysis.get(name);
    return view === undefined ? [] : [{ name, view }];
  });
  if (found.length === 0) return undefined;
  return found.map(({ name, view: { result, value, samples, failures, message, at } }) => ({
    name,
    result,
    failures,
    at: textOf(at),
    ...given('value', value),
    ...given('samples', samples),
    ...given('message', message),
  }));
}

/** A field that is absent where there is nothing to say. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  const field: { [Key in Name]?: Value } = {};
  if (value !== undefined) field[name] = value;
  return field;
}
