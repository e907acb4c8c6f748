import { allPods } from './plan/deploymentPlan.ts';

/** What is made for a revision is called as its ReplicaSet: the Deployment's name and the revision's hash. */
export function revisionName(deployment: string, hash: string): string {
  return `${deployment}-${hash}`;
}

/** What shows the new revision alone. */
export function previewName(deployment: string): string {
  return `${deployment}-preview`;
}

/** The hash in such a name, or `allPods`; undefined where it is another's. */
export function hashInName(deployment: string, name: string): string | undefined {
  const hash = name.startsWith(`${deployment}-`) ? name.slice(deployment.length + 1) : '';
  return hash === allPods || /^[a-z0-9]+$/.test(hash) ? hash : undefined;
}
