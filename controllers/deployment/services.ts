import { labels } from '../../crds/deployment/names.ts';
import { type DesiredObject, desire } from '../../operator/apply/desired.ts';
import { services } from '../../operator/resources/builtin.ts';
import type { Deployment } from './deployment.ts';
import { ownedBy } from './owned.ts';
import type { DeploymentPlan } from './plan/deploymentPlan.ts';

/** One Service a revision and one of all pods. Selectors never change: weights move, and there is no moment with the wrong pods. */
export function servicesOf(deployment: Deployment, plan: DeploymentPlan): readonly DesiredObject[] {
  const { metadata, spec } = deployment;
  const ports = spec.traffic?.ports ?? [];
  return plan.services.map(({ name, hash }) =>
    desire(services, {
      metadata: {
        name,
        ...ownedBy(deployment),
        labels: {
          [labels.deployment]: metadata.name,
          ...(hash !== undefined && { [labels.hash]: hash }),
        },
      },
      spec: {
        selector: { ...spec.selector.matchLabels, ...(hash !== undefined && { [labels.hash]: hash }) },
        ports: ports.map((port) => ({
          name: port.name ?? `port-${port.port}`,
          port: port.port,
          targetPort: port.targetPort ?? port.port,
          ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
        })),
      },
    }),
  );
}
