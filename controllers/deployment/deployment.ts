import type { Deployment } from '../../crds/deployment/schema.ts';
import { group, version } from '../../crds/group.ts';
import { defineResource } from '../../operator/resources/resource.ts';

export type { Deployment };

export const deployments = defineResource<Deployment>({
  group,
  version,
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
});
