import { group, version } from '../../crds/group.ts';
import type { Policy } from '../../crds/policy/schema.ts';
import type { Project } from '../../crds/project/schema.ts';
import { defineResource } from '../../operator/resources/resource.ts';

export type { Policy };
export type PolicyStatus = NonNullable<Policy['status']>;

export const policies = defineResource<Policy>({
  group,
  version,
  kind: 'Policy',
  plural: 'policies',
  scope: 'Cluster',
});

/** Read for the namespaces that they hold. */
export const projects = defineResource<Project>({
  group,
  version,
  kind: 'Project',
  plural: 'projects',
  scope: 'Cluster',
});
