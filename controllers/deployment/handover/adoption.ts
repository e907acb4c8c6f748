import { labels } from '../../../crds/deployment/names.ts';
import { isNotFound } from '../../../operator/client/apiError.ts';
import type { Client, JsonPatchOperation } from '../../../operator/client/client.ts';
import { type ReplicaSet, replicaSets } from '../../../operator/resources/builtin.ts';
import type { Deployment } from '../deployment.ts';
import { at, changes } from '../metadataPatch.ts';
import { revisionName } from '../names.ts';
import { ownedBy } from '../owned.ts';
import { selectorText } from '../plan/selector.ts';
import { hashOfReplicaSet } from '../revisions/replicaSet.ts';
import { type AppsDeployment, appsDeployments } from './appsDeployment.ts';

/** How far taking over is. */
export type Adoption =
  | { readonly state: 'Done' }
  /** The Deployment before is on its way out. */
  | { readonly state: 'Waiting' }
  /** It cannot be taken over, and nothing was changed. */
  | { readonly state: 'Refused'; readonly message: string };

/**
 * Takes over a running `apps/v1` Deployment of the same name and selector without any of its pods noticing: it is deleted
 * without what it made, and its ReplicaSets are claimed. While it lives it would take them back, so it goes first; whoever
 * dies in between leaves ReplicaSets that run on, and are claimed by who comes after.
 */
export class Adoptions {
  readonly #client: Client;
  /** UIDs of Deployments for which nothing is left to be taken over, until status says so. */
  readonly #done = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  async adopt(deployment: Deployment, signal: AbortSignal): Promise<Adoption> {
    const { uid = '' } = deployment.metadata;
    if (this.#done.has(uid)) return { state: 'Done' };
    const former = await this.#former(deployment, signal);
    if (former !== undefined) {
      const message = whyNot(deployment, former);
      if (message !== undefined) return { state: 'Refused', message };
      if (former.metadata.deletionTimestamp === undefined) await this.#letGo(former, signal);
      return { state: 'Waiting' };
    }
    await this.#claim(deployment, signal);
    this.#done.add(uid);
    return { state: 'Done' };
  }

  forget(uid: string): void {
    this.#done.delete(uid);
  }

  async #former({ metadata }: Deployment, signal: AbortSignal): Promise<AppsDeployment | undefined> {
    const { name, namespace = '' } = metadata;
    try {
      return await this.#client.get(appsDeployments, { name, namespace }, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #letGo({ metadata }: AppsDeployment, signal: AbortSignal): Promise<void> {
    const { name, namespace = '', uid } = metadata;
    const preconditions = uid === undefined ? {} : { uid };
    await this.#client
      .delete(appsDeployments, { name, namespace }, { preconditions, propagationPolicy: 'Orphan', signal })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  /** ReplicaSets that nobody controls, are selected, and are called as this Deployment's would be. */
  async #claim(deployment: Deployment, signal: AbortSignal): Promise<void> {
    const { metadata, spec } = deployment;
    const { name, namespace = '' } = metadata;
    const { items } = await this.#client.list(replicaSets, {
      namespace,
      labelSelector: selectorText(spec.selector),
      signal,
    });
    const orphans = items.filter(
      (one) => isOrphan(one) && one.metadata.name === revisionName(name, hashOfReplicaSet(one)),
    );
    await Promise.all(
      orphans.map((one) =>
        this.#client.patch(
          replicaSets,
          { namespace, name: one.metadata.name },
          { type: 'json', body: claimOf(deployment, one) },
          { signal },
        ),
      ),
    );
  }
}

function isOrphan({ metadata }: ReplicaSet): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    metadata.ownerReferences?.some(({ controller }) => controller === true) !== true
  );
}

function claimOf(deployment: Deployment, { metadata }: ReplicaSet): readonly JsonPatchOperation[] {
  const { ownerReferences: ours = [] } = ownedBy(deployment);
  return [
    ...at(metadata),
    {
      op: 'add',
      path: '/metadata/ownerReferences',
      value: [...(metadata.ownerReferences ?? []), ...ours],
    },
    ...changes('labels', metadata.labels, {
      [labels.owner]: deployment.metadata.uid ?? '',
      [labels.deployment]: deployment.metadata.name,
    }),
  ];
}

/** Why the `apps/v1` Deployment is left alone. */
function whyNot({ metadata, spec }: Deployment, former: AppsDeployment): string | undefined {
  const what = `spec.adopt: Deployment.apps ${metadata.name}`;
  const owner = former.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) {
    return `${what} belongs to ${owner.kind} ${owner.name}, which would make it anew: take it out there first`;
  }
  const [ours, theirs] = [selectorText(spec.selector), selectorText(former.spec.selector)];
  if (ours === theirs) return undefined;
  return `${what} selects ${theirs}, and this one ${ours}: only what has the same selector can be taken over`;
}
