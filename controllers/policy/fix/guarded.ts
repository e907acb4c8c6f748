import { group as ownGroup } from '../../../crds/group.ts';
import { exemptNamespaces } from '../../../crds/policy/names.ts';
import { labels as marks } from '../../../crds/project/names.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { type Resource, resourceId } from '../../../operator/resources/resource.ts';
import type { Change } from './changes.ts';

/**
 * What people alone change, whatever rights the operator has: what says who may do what, and what the admission policies of
 * Mainstay let the operator do and others not. What an object remembers to have been is written by whoever may write the
 * object: taking that back must give nobody more than they have.
 */
export function guardOf(resource: Resource, { metadata }: KubernetesObject): string | undefined {
  if (groups.has(resource.group) || kinds.has(resourceId(resource)))
    return 'who may do what, and what holds people in, is changed by people only';
  if (metadata.labels?.[marks.owner] !== undefined)
    return 'a Project or a Deployment of Mainstay made it, or holds it: change that';
  const namespace = resource.plural === 'namespaces' ? metadata.name : (metadata.namespace ?? '');
  if (namespaces.has(namespace))
    return `what is in ${namespace} holds up the cluster: it is changed by people only`;
  return undefined;
}

/** Whether one of our own marks would be changed, by which the operator tells what is its own. */
export function touchesMarks(changes: readonly Change[]): boolean {
  return changes.some(({ path: [metadata, , name], before, after }) => {
    if (metadata !== 'metadata') return false;
    if (typeof name === 'string') return isMark(name);
    return [before, after].some(
      (value) => typeof value === 'object' && value !== null && Object.keys(value).some(isMark),
    );
  });
}

function isMark(name: string): boolean {
  return name.startsWith(`${ownGroup}/`);
}

const groups: ReadonlySet<string> = new Set([
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'certificates.k8s.io',
]);

const kinds: ReadonlySet<string> = new Set([
  'networkpolicies.networking.k8s.io',
  'resourcequotas',
  'limitranges',
]);

const namespaces: ReadonlySet<string> = new Set(exemptNamespaces);
