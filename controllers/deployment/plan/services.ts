import type { Course } from './course.ts';
import type { DeploymentPlan } from './deploymentPlan.ts';
import type { Situation } from './situation.ts';
import { isPointedAt } from './traffic.ts';

/**
 * With `traffic`, one Service of all pods; with a gateway, also one a revision that has pods or traffic. They stand before
 * a route names them, and selectors never change.
 */
export function planServices(situation: Situation, { canary, stable }: Course): DeploymentPlan['services'] {
  const { observation, revisions, strategy, route } = situation;
  const { spec, metadata } = observation.deployment;
  if (spec.traffic === undefined) return [];
  const all = { name: `${metadata.name}-all` };
  if (!strategy.routed) return [all];
  const hashes = new Set<string>();
  for (const { hash, desired } of revisions.values()) {
    if (desired > 0 || isPointedAt(route, hash) || hash === canary || hash === stable) hashes.add(hash);
  }
  const { template } = observation;
  if (template.state === 'Known' && (template.hash === canary || template.hash === stable))
    hashes.add(template.hash);
  return [all, ...[...hashes].map((hash) => ({ name: `${metadata.name}-${hash}`, hash }))];
}
