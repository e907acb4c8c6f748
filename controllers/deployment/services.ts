import { labels } from '../../crds/deployment/names.ts';
import { type DesiredObject, desire } from '../../operator/apply/desired.ts';
import { services } from '../../operator/resources/builtin.ts';
import type { Deployment } from './deployment.ts';
import { revisionName } from './names.ts';
import { ownedBy, takesOver } from './owned.ts';
import { allPods, type DeploymentPlan } from './plan/deploymentPlan.ts';

/**
 * One Service a revision and one of all pods. Selectors never change: weights move, and there is no moment with the wrong
 * pods. One of somebody else that has such a name is left alone, unless it is to be taken over.
 */
export function servicesOf(
  deployment: Deployment,
  planned: DeploymentPlan['services'],
): readonly DesiredObject[] {
  return planned.map(({ name, hash }) => service(deployment, name, hash));
}

/** The one of all pods. */
export function serviceOfAll(deployment: Deployment): DesiredObject {
  return service(deployment, revisionName(deployment.metadata.name, allPods));
}

function service(deployment: Deployment, name: string, hash?: string): DesiredObject {
  const { metadata, spec } = deployment;
  const ofRevision = hash === undefined ? {} : { [labels.hash]: hash };
  const ports = (spec.traffic?.ports ?? []).map((port) => ({
    name: port.name ?? `port-${port.port}`,
    port: port.port,
    targetPort: port.targetPort ?? port.port,
    ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
  }));
  return desire(
    services,
    {
      metadata: {
        name,
        ...ownedBy(deployment),
        labels: { [labels.deployment]: metadata.name, ...ofRevision },
      },
      spec: { selector: { ...spec.selector.matchLabels, ...ofRevision }, ports },
    },
    takesOver(deployment) ? {} : { takeOver: 'Never' },
  );
}
