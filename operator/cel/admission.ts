import type { Declarations } from './program.ts';
import { bool, type CelType, dyn, int, listOf, mapOf, objectOf, string, timestamp } from './types.ts';

export interface AdmissionOptions {
  /** The type of `object` and `oldObject`: `dyn` as in the API server, or that of a kind to check fields against it. */
  readonly object?: CelType;
  readonly params?: CelType;
}

/**
 * The variables of an admission policy: `object`, `oldObject`, `request`, `namespaceObject`, and `params` if asked for.
 * Its `variables` are added by `composeVariables`. There is no `authorizer`: only the API server can answer for it.
 */
export function admissionVariables({ object = dyn, params }: AdmissionOptions = {}): Declarations {
  const variables = { object, oldObject: object, request, namespaceObject };
  return { variables: params === undefined ? variables : { ...variables, params } };
}

const texts = listOf(string);
const textMap = mapOf(string, string);
const groupVersionKind = objectOf('kubernetes.GroupVersionKind', {
  group: string,
  version: string,
  kind: string,
});
const groupVersionResource = objectOf('kubernetes.GroupVersionResource', {
  group: string,
  version: string,
  resource: string,
});

const request = objectOf('kubernetes.AdmissionRequest', {
  kind: groupVersionKind,
  resource: groupVersionResource,
  subResource: string,
  requestKind: groupVersionKind,
  requestResource: groupVersionResource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: objectOf('kubernetes.UserInfo', {
    username: string,
    uid: string,
    groups: texts,
    extra: mapOf(string, texts),
  }),
  dryRun: bool,
  options: dyn,
});

const namespaceObject = objectOf('kubernetes.Namespace', {
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: textMap,
    annotations: textMap,
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: texts,
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: texts }),
  status: objectOf('kubernetes.NamespaceStatus', {
    conditions: listOf(
      objectOf('kubernetes.NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});
