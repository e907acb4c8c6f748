import type { DeploymentSpec, LabelSelector } from '../../../crds/deployment/schema.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';

/** As much of an `apps/v1` Deployment as is read and written. */
export interface AppsDeployment extends KubernetesObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: unknown;
    readonly strategy?: unknown;
  } & Partial<
    Pick<
      DeploymentSpec,
      'replicas' | 'minReadySeconds' | 'progressDeadlineSeconds' | 'revisionHistoryLimit' | 'paused'
    >
  >;
}

export const appsDeployments = defineResource<AppsDeployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
});
