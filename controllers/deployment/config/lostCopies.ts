import type { Client } from '../../../operator/client/client.ts';
import type { ReplicaSet } from '../../../operator/resources/builtin.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import type { Deployment } from '../deployment.ts';
import { copyName, makeCopy, readSource } from './copies.ts';
import { type Reference, referencesOf } from './references.ts';
import type { Sources } from './sources.ts';

/** As copies are called: after the source, and what was in it. */
const name = /^(.+)-[0-9a-f]{10}$/;

/**
 * Makes copies anew that somebody has deleted and another revision than the template's has, to run or to go back to: as long
 * as the source says what it said then, which the copy's name tells. What was said nowhere else is lost, and pods that need it
 * say so.
 */
export class LostCopies {
  readonly #client: Pick<Client, 'get' | 'create'>;
  readonly #sources: Pick<Sources, 'versionOf'>;
  /** By the Deployment's UID: copies that its revisions lack, and the version of the source that they could not be made from. */
  readonly #lost = new Map<string, ReadonlyMap<string, string>>();

  constructor(client: Pick<Client, 'get' | 'create'>, sources: Pick<Sources, 'versionOf'>) {
    this.#client = client;
    this.#sources = sources;
  }

  /** `own` are the Deployment's revisions. */
  async remake(deployment: Deployment, own: readonly ReplicaSet[], signal: AbortSignal): Promise<void> {
    const { namespace = '', uid = '' } = deployment.metadata;
    const key = keyOf(deployment);
    const version = (reference: Reference) => this.#sources.versionOf(key, reference, namespace);
    const before = this.#lost.get(uid);
    const lost = new Map<string, string>();
    for (const copy of own.flatMap((one) => referencesOfSet(one, deployment))) {
      if (version(copy) !== undefined) continue;
      const source = { ...copy, name: name.exec(copy.name)?.[1] ?? '' };
      const from = version(source);
      const what = `${copy.kind}/${copy.name}`;
      if (from === undefined) continue;
      const tried = before?.get(what) === from || lost.has(what);
      if (tried || !(await this.#make(deployment, copy, source, signal))) lost.set(what, from);
    }
    if (lost.size > 0) this.#lost.set(uid, lost);
    else this.#lost.delete(uid);
  }

  forget(uid: string): void {
    this.#lost.delete(uid);
  }

  async #make(
    deployment: Deployment,
    copy: Reference,
    reference: Reference,
    signal: AbortSignal,
  ): Promise<boolean> {
    const source = await readSource(this.#client, deployment, reference, signal);
    if (source === undefined || copyName(deployment, reference, source) !== copy.name) return false;
    return (await makeCopy(this.#client, deployment, copy, source, signal)) === undefined;
  }
}

/** The copies that a revision has, of what is to be frozen still. Secrets that nobody named are not looked at. */
function referencesOfSet({ spec }: ReplicaSet, deployment: Deployment): readonly Reference[] {
  const template = spec?.template;
  if (template === undefined) return [];
  const { secrets: named = [] } = deployment.spec.configSnapshots ?? {};
  return referencesOf(template as Deployment['spec']['template']).filter((reference) => {
    const source = name.exec(reference.name)?.[1];
    return source !== undefined && (reference.kind === 'ConfigMap' || named.includes(source));
  });
}
