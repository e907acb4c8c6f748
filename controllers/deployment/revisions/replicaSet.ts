import { annotations, labels } from '../../../crds/deployment/names.ts';
import { type ReplicaSet, replicaSets } from '../../../operator/resources/builtin.ts';
import { apiVersionOf } from '../../../operator/resources/resource.ts';
import type { Deployment } from '../deployment.ts';
import { revisionName } from '../names.ts';
import { ownedBy } from '../owned.ts';
import type { PlannedReplicaSet } from '../plan/deploymentPlan.ts';

/** Which revision a ReplicaSet is: its label, as `apps/v1` has it. */
export function hashOfReplicaSet({ metadata }: ReplicaSet): string {
  return metadata.labels?.[labels.hash] ?? metadata.name;
}

/** The ReplicaSet of a revision that is to begin: the template as the user wrote it, and the hash to tell its pods by. */
export function newReplicaSet(
  deployment: Deployment,
  planned: PlannedReplicaSet,
  fingerprint: string,
): ReplicaSet {
  const { metadata, spec } = deployment;
  const { hash, replicas } = planned;
  const mark = { [labels.hash]: hash };
  const template = { ...spec.template, metadata: withLabels(spec.template.metadata, mark) };
  return {
    apiVersion: apiVersionOf(replicaSets),
    kind: 'ReplicaSet',
    metadata: {
      name: revisionName(metadata.name, hash),
      ...ownedBy(deployment),
      labels: {
        ...spec.template.metadata?.labels,
        ...mark,
        [labels.owner]: metadata.uid ?? '',
        [labels.deployment]: metadata.name,
      },
      annotations: { ...sizeAnnotations(planned), [annotations.template]: fingerprint },
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds === 0 ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, ...mark },
      },
      template,
    },
    // What the API server took as a pod template is one, though the two types were not made from one source.
  } as ReplicaSet;
}

/** What a size is written with; what is absent is taken off. */
export function sizeAnnotations({
  replicas,
  revision,
  zeroSince,
  sizedFor,
  step,
}: PlannedReplicaSet): Record<string, string> {
  return {
    [annotations.revision]: String(revision),
    [annotations.sizedFor]: String(sizedFor),
    ...(zeroSince === undefined ? {} : { [annotations.zeroSince]: new Date(zeroSince).toISOString() }),
    ...(step === undefined ? {} : { [annotations.step]: `${step.index}/${step.hash}/${replicas}` }),
  };
}

function withLabels(
  metadata: Deployment['spec']['template']['metadata'],
  more: Readonly<Record<string, string>>,
) {
  return { ...metadata, labels: { ...metadata?.labels, ...more } };
}
