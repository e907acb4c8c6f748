/** Deployments and what is seen of them, for tests: each states only what matters to it. */

import type { DeploymentStatus, Strategy } from '../../../crds/deployment/schema.ts';
import type { Observation, RevisionView, RouteView, Spec } from './observation.ts';

/** Three pods, a rolling update, no traffic. */
export function aSpec(fields: Partial<Spec> = {}): Spec {
  return {
    replicas: 3,
    selector: { matchLabels: { app: 'shop' } },
    minReadySeconds: 0,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    paused: false,
    strategy: { type: 'RollingUpdate' },
    adopt: false,
    deletionPolicy: 'Delete',
    ...fields,
  };
}

export function aCanary(canary: Partial<NonNullable<Strategy['canary']>>): Strategy {
  return {
    type: 'Canary',
    canary: { maxSurge: '25%', maxUnavailable: 0, dynamicStableScale: false, ...canary },
  };
}

/** Traffic through a gateway. */
export const routed: NonNullable<Spec['traffic']> = {
  ports: [{ port: 80 }],
  gateway: { parentRefs: [{ name: 'public' }], path: '/', kind: 'HTTPRoute' },
  drain: '30s',
  settle: '5s',
};

/** `pods` pods, all available and reachable. */
export function aRevision(
  hash: string,
  revision: number,
  pods: number,
  fields: Partial<RevisionView> = {},
): RevisionView {
  return {
    hash,
    name: `shop-${hash}`,
    uid: hash,
    revision,
    createdAt: revision * 1000,
    desired: pods,
    observed: true,
    pods: { total: pods, ready: pods, available: pods, terminating: 0 },
    endpoints: pods,
    images: [`shop:${revision}`],
    sizedFor: pods,
    ...fields,
  };
}

/** Served as it is written. */
export function aRoute(
  weights: Readonly<Record<string, number>>,
  fields: Partial<RouteView> = {},
): RouteView {
  return {
    exists: true,
    accepted: true,
    weights: new Map(Object.entries(weights)),
    verified: true,
    by: 'Probe',
    ...fields,
  };
}

export interface Seen extends Partial<Omit<Observation, 'deployment' | 'template'>> {
  readonly spec?: Partial<Spec>;
  readonly status?: DeploymentStatus | undefined;
  readonly template?: string | Observation['template'];
}

export function anObservation({ spec, status, template = 'r1', ...rest }: Seen): Observation {
  const revisions = rest.revisions ?? [];
  const exists = revisions.some(({ hash }) => hash === template);
  return {
    now: 1_000_000,
    deployment: { metadata: { name: 'shop', generation: 1 }, spec: aSpec(spec), status },
    template: typeof template === 'string' ? { state: 'Known', hash: template, exists } : template,
    revisions,
    analysis: new Map(),
    ...rest,
  };
}
