import { group, version } from '../../crds/group.ts';
import type { Project } from '../../crds/project/schema.ts';
import { defineResource } from '../../operator/resources/resource.ts';

export type { Project };

export const projects = defineResource<Project>({
  group,
  version,
  kind: 'Project',
  plural: 'projects',
  scope: 'Cluster',
});
