import type { Course } from './course.ts';
import type { Memory } from './memory.ts';
import type { RevisionView } from './observation.ts';
import type { Situation } from './situation.ts';
import { isPointedAt } from './traffic.ts';

/** Old revisions that are more than `revisionHistoryLimit`, the oldest first. What has pods, or a part to play, stays. */
export function planRemovals(situation: Situation, memory: Memory, course: Course): readonly string[] {
  const { observation, revisions } = situation;
  const limit = observation.deployment.spec.revisionHistoryLimit;
  if (revisions.size <= limit) return [];
  const { template } = observation;
  const needed = new Set([course.stable, course.canary, memory.failed?.hash, memory.failed?.to]);
  if (template.state === 'Known') needed.add(template.hash);
  // Which one the template is, is not known: none goes.
  else return [];
  const old = [...revisions.values()].filter(({ hash }) => !needed.has(hash));
  const idle = old.filter((revision) => isEmpty(revision) && !isPointedAt(situation.route, revision.hash));
  return idle
    .toSorted((a, b) => a.revision - b.revision)
    .slice(0, Math.max(0, old.length - limit))
    .map(({ hash }) => hash);
}

function isEmpty({ desired, observed, pods }: RevisionView): boolean {
  return desired === 0 && observed && pods.total === 0 && pods.terminating === 0;
}
