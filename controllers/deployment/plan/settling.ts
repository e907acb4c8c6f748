/** What must have come of it once nothing more happens. */

import { isDeepStrictEqual } from 'node:util';
import { Violation } from './invariants.ts';
import { strategyOf } from './strategy.ts';
import { able, type World } from './world.ts';

/**
 * Lets everything come to rest, and checks how it ended: first with all that is broken, where `flapping` beside an autoscaler
 * that cannot make up its mind, then with people who decide.
 */
export function settle(world: World, flapping: boolean): void {
  if (world.spec.paused) world.change({ paused: false });
  if (flapping) flap(world);
  rest(world);
  checkEnd(world);
  checkTimed(world);
  if (world.template.state !== 'Known') world.template = { ...world.template, state: 'Known' };
  world.edge.state = 'Up';
  world.gateway = able;
  world.refuse('Nothing');
  rest(world);
  for (let turn = 0; turn < 8 && world.status?.phase === 'Paused'; turn += 1) {
    world.ask('PromoteAll', 0);
    rest(world);
  }
  checkEnd(world);
  checkDecided(world);
  checkQuiet(world);
}

/**
 * For as long as an autoscaler cannot make up its mind, only what comes of the rollout counts. One by pods may get on by a
 * pod now and then, which is progress.
 */
function flap(world: World): void {
  const { spec } = world;
  const { replicas } = spec;
  if (replicas === 0 || strategyOf(spec, replicas, undefined).by !== 'Weights') return;
  rest(world, (round) => world.change({ replicas: replicas + (round % 2) }));
  checkTimed(world);
  world.change({ replicas });
}

/** Time passes, pods and gateway do what they do, and the operator looks as often as it asked to. */
function rest(world: World, disturb?: (round: number) => void): void {
  let quiet = 0;
  let changedAt = world.now;
  // Each of pods that are made, ready and available is progress, and may come late where others go and come.
  const long = (disturb === undefined ? 2 : 6) * 1000 * world.spec.progressDeadlineSeconds;
  for (let round = 0; round < 120 && (quiet < 5 || world.now < changedAt + long); round += 1) {
    const before = placeOf(world);
    disturb?.(round);
    world.plan();
    const busy = disturb === undefined && world.pending.length > 1;
    world.writeAll(round);
    world.act();
    world.passToWakeUp(60_000);
    quiet = busy || before !== placeOf(world) ? 0 : quiet + 1;
    if (quiet === 0) changedAt = world.now;
  }
}

function placeOf({ status }: World): string {
  return [status?.phase, status?.canary?.hash, status?.step?.index, status?.step?.stage].join();
}

/** Nothing stays on its way for ever, whatever is broken, where there is something to go back to. */
function checkTimed({ status, spec }: World): void {
  if (status?.stable === undefined || status.canary === undefined || spec.replicas === 0) return;
  if (!['Progressing', 'Analyzing', 'RollingBack'].includes(status.phase)) return;
  throw new Violation('every run ends', `${status.phase}: ${status.message}`);
}

/** Whoever goes back comes to be whole, whatever is broken. */
function checkEnd(world: World): void {
  const { status, spec, replicaSets } = world;
  const { route } = world.edge;
  const failed = status?.failed;
  if (status === undefined || failed === undefined) return;
  const { stable, canary } = status;
  const detail = `${status.phase}: ${status.message}`;
  // A rolling update to the revision that was asked for may be without end, as with `apps/v1`.
  if (canary?.hash === failed.to && status.phase === 'TimedOut') return;
  // Somebody holds it on its way.
  if (status.phase === 'Paused') return;
  if (stable === undefined)
    throw new Violation('going back ends whole', `there is no stable revision (${detail})`);
  const set = replicaSets.get(stable.hash);
  const good = world.fates.get(stable.hash)?.pods === 'Good';
  const { available = 0, desired = 0 } = set ?? {};
  if (good && available < spec.replicas) {
    const pods = `${available} of ${desired} pods`;
    throw new Violation('going back ends whole', `${pods}, and ${spec.replicas} are promised (${detail})`);
  }
  if (status.phase === 'RollingBack') throw new Violation('every run ends', detail);
  const strategy = strategyOf(spec, spec.replicas, undefined);
  if (!world.routed || strategy.by !== 'Weights' || spec.replicas === 0 || !good) return;
  // Who may write no route, or no Service for it to name, can only say so.
  if (world.refuses === 'Route' || world.refuses === 'Services' || world.edge.state === 'Foreign') return;
  if (route?.weights.get(stable.hash) !== 100) {
    throw new Violation(
      'going back ends whole',
      `the stable revision has ${route?.weights.get(stable.hash)} % (${detail})`,
    );
  }
}

/** Once all is as it should be, looking again changes nothing and tells of nothing. */
function checkQuiet(world: World): void {
  const { status } = world;
  const { status: next, events } = world.plan();
  const writes = world.pending.map(({ change }) => change.type).filter((type) => type !== 'Status');
  // Metrics are measured on.
  const same = isDeepStrictEqual({ ...next, analysis: status?.analysis }, { analysis: undefined, ...status });
  if (writes.length === 0 && events.length === 0 && same) return;
  const told = events.map(({ reason }) => reason);
  throw new Violation(
    'at rest nothing is written',
    `${[...writes, ...told].join(', ')} ${status?.message} and then ${next.message}`,
  );
}

/** All that is left to wait for is a person, or pods that never come to a revision with nothing to go back to. */
function checkDecided(world: World): void {
  const { status, spec } = world;
  if (status === undefined) return;
  const ended = ['Healthy', 'RolledBack', 'Aborted', 'TimedOut', 'Invalid'].includes(status.phase);
  if (ended) return;
  const hash = status.canary?.hash ?? status.stable?.hash ?? world.template.hash;
  const fate = world.fates.get(hash);
  const stuck = fate?.pods !== 'Good' || (fate.metrics !== 'Pass' && spec.analysis !== undefined);
  const excused =
    spec.replicas === 0 ||
    (stuck && (status.phase === 'Paused' || status.canary === undefined || status.stable === undefined));
  if (!excused) throw new Violation('every run ends', `${status.phase}: ${status.message}`);
}
