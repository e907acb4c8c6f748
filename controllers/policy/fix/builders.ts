/** Objects and answers for tests: each states only what matters to it. */

import type { KubernetesObject, ManagedFieldsEntry, ObjectMeta } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';
import type { Asked, Situation } from './plan.ts';

/** Noon of the first of January 2027, in seconds since 1970. */
export const noon = Date.UTC(2027, 0, 1, 12) / 1000;

export const deployments = defineResource({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
});

/** A Deployment of `apps/v1`, shop/web. */
export function aWorkload(metadata: Partial<ObjectMeta> = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1', ...metadata },
  };
}

/** Fields as the server writes them: `{ spec: { replicas: {} } }` is `f:spec`, `f:replicas`. */
export function anEntry(
  manager: string,
  operation: 'Apply' | 'Update',
  fieldsV1: NonNullable<ManagedFieldsEntry['fieldsV1']>,
  secondsAfterNoon = 0,
): ManagedFieldsEntry {
  return {
    manager,
    operation,
    fieldsType: 'FieldsV1',
    fieldsV1,
    time: new Date((noon + secondsAfterNoon) * 1000).toISOString().replace('.000', ''),
  };
}

/** The Policy `p` wants `spec.replicas` to be 2, by `Apply`. */
export function anAsked(fields: Partial<Asked> = {}): Asked {
  return {
    policy: 'p',
    existing: 'Apply',
    mark: 'm',
    answer: { kind: 'Changes', changes: [{ path: ['spec', 'replicas'], before: 1, after: 2 }] },
    deed: undefined,
    ...fields,
  };
}

export function aSituation(fields: Partial<Situation> = {}): Situation {
  return {
    live: aWorkload(),
    resource: deployments,
    maker: undefined,
    asked: [anAsked()],
    now: noon,
    ...fields,
  };
}
