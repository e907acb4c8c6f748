import { annotations, labels } from '../../../crds/project/names.ts';
import type { Desired } from '../../../operator/client/client.ts';
import type { Namespace } from '../../../operator/resources/builtin.ts';
import type { Project } from '../project.ts';
import type { Environment } from './environment.ts';
import { marksOf } from './marks.ts';

const podSecurity = 'pod-security.kubernetes.io';
const modes = ['enforce', 'audit', 'warn'] as const;

/** The namespace of an environment while the Project holds it. */
export function heldNamespace(
  project: Project,
  environment: Environment,
  podSecurityVersion: string,
): Desired<Namespace> {
  const levels: Record<string, string> = {};
  for (const mode of modes) {
    levels[`${podSecurity}/${mode}`] = environment.podSecurity;
    levels[`${podSecurity}/${mode}-version`] = podSecurityVersion;
  }
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: environment.namespace,
      labels: {
        ...marksOf(project, environment.name),
        [labels.isolation]: environment.isolation,
        ...levels,
      },
    },
  };
}

/**
 * A namespace that a Project lets go of: walls and pod security stay as they are, the claim goes, and a note says for
 * whom it is kept. All that we still own is repeated, since what an apply leaves out is taken away.
 */
export function releasedNamespace(namespace: Namespace, projectName: string): Desired<Namespace> {
  const kept = Object.entries(namespace.metadata.labels ?? {}).filter(
    ([name]) => name === labels.isolation || name.startsWith(`${podSecurity}/`),
  );
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace.metadata.name,
      labels: Object.fromEntries(kept),
      annotations: { [annotations.retainedFor]: projectName },
    },
  };
}
