import { operatorUser } from '../../crds/project/admission.ts';
import { defineResource, type KubernetesObject, type Resource } from '../../operator/index.ts';
import { install } from '../../test/installation.ts';
import type { Kubectl } from '../../test/kubectl.ts';
import { type Contestant, mainstayWith } from '../contestant.ts';

/** What the benchmark is made of, by the names that `--only` takes. */
export const deploymentParts = ['native', 'mainstay', 'argo', 'argo-default', 'analysis'] as const;
export type Part = (typeof deploymentParts)[number];

/** Somebody who rolls Deployments out. */
export interface RolloutContestant {
  readonly name: string;
  /** With versions, for the table. */
  readonly description: string;
  /** The kind in which a Deployment is written for it. */
  readonly resource: Resource<Rollout>;
  /** What `spec` says besides what all have. */
  readonly spec: object;
  /** Whether its status says of its present generation that all is done. */
  isDone(rollout: Rollout): boolean;
  /** What works on it; absent where the cluster itself does. */
  readonly operator?: RolloutOperator;
}

export interface RolloutOperator {
  readonly program: Contestant;
  /** As whom it works. */
  readonly user: string;
  /** Puts into the cluster what it needs: definitions, rights. */
  install(kubectl: Kubectl): Promise<void>;
}

/** As much as is looked at of whatever kind it is. */
export interface Rollout extends KubernetesObject {
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly containers: readonly { readonly image?: string }[] };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number | string;
    readonly phase?: string;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly step?: { readonly stage?: string };
  };
}

/** The floor: `apps/v1`, which the controller manager rolls out, without steps. */
export function native(wanted: number): RolloutContestant {
  return {
    name: 'apps/v1',
    description: "the controller manager's own Deployments, a rolling update without steps: the floor",
    resource: defineResource<Rollout>({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      plural: 'deployments',
      scope: 'Namespaced',
    }),
    spec: {},
    // As `kubectl rollout status` has it.
    isDone: (rollout) => {
      const { replicas, updatedReplicas, availableReplicas } = rollout.status ?? {};
      return isObserved(rollout) && [replicas, updatedReplicas, availableReplicas].every((n) => n === wanted);
    },
  };
}

/** Mainstay, as its image runs it, with the rights that are installed. */
export function mainstayRollouts({
  spec = canary,
  environment = {},
}: {
  readonly spec?: object;
  readonly environment?: Readonly<Record<string, string>>;
} = {}): RolloutContestant {
  const program = mainstayWith(environment);
  return {
    name: program.name,
    description: program.description,
    resource: defineResource<Rollout>({
      group: 'mainstay.dev',
      version: 'v1alpha1',
      kind: 'Deployment',
      plural: 'deployments',
      scope: 'Namespaced',
    }),
    spec,
    isDone: isHealthy,
    operator: { program, user: operatorUser, install },
  };
}

const canary = {
  strategy: {
    type: 'Canary',
    canary: {
      steps: [
        { weight: 20, pause: { duration: '5s' } },
        { weight: 60, pause: { duration: '5s' } },
      ],
    },
  },
};

/** The word that both operators have for it. */
export function isHealthy(rollout: Rollout): boolean {
  return isObserved(rollout) && rollout.status?.phase === 'Healthy';
}

function isObserved({ metadata, status }: Rollout): boolean {
  return Number(status?.observedGeneration) === metadata.generation;
}
