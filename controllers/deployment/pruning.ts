import type { PruneRule } from '../../operator/apply/applier.ts';
import { services } from '../../operator/resources/builtin.ts';
import type { Deployment } from './deployment.ts';
import { previewName } from './names.ts';
import { grpcRoutes, httpRoutes } from './route/routes.ts';

/**
 * What of a Deployment's own goes: routes that its spec asks for no more, and then the Services that the plan has no use
 * for. A route that the plan says nothing about stays: it is only not decided yet.
 */
export function pruneRules({ metadata, spec }: Deployment): readonly PruneRule[] {
  const { gateway } = spec.traffic ?? {};
  const names = new Set([
    ...(gateway === undefined ? [] : [metadata.name]),
    ...(gateway?.preview === undefined ? [] : [previewName(metadata.name)]),
  ]);
  const routes = [httpRoutes, grpcRoutes].map((resource): PruneRule => {
    const asked = gateway?.kind === resource.kind;
    return { resource, when: 'First', only: (object) => !asked || !names.has(object.metadata.name) };
  });
  return [...routes, { resource: services }];
}
