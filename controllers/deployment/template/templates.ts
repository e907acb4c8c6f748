import { randomBytes } from 'node:crypto';
import { annotations } from '../../../crds/deployment/names.ts';
import { isAlreadyExists, isApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { type ReplicaSet, replicaSets } from '../../../operator/resources/builtin.ts';
import type { Deployment } from '../deployment.ts';
import type { TemplateView } from '../plan/observation.ts';
import { hashOfReplicaSet, newReplicaSet } from '../revisions/replicaSet.ts';
import { fingerprintOf, revisionHash, sameTemplate } from './fingerprint.ts';

/** What a template was found to be. */
interface Found {
  readonly fingerprint: string;
  readonly view: TemplateView;
  /** As the server would store it; kept until a ReplicaSet has it. */
  readonly stored?: unknown;
  /** Hashes that cannot name it: a ReplicaSet of somebody else is called so. */
  readonly taken: ReadonlySet<string>;
  /** When to ask again; milliseconds since the epoch. */
  readonly until?: number;
}

/** A template that is refused, by the server itself, a webhook or a policy: who refuses may be mended as well. */
const refusals: readonly string[] = ['Invalid', 'BadRequest', 'Forbidden'];
/** Milliseconds for which a refusal is believed. */
export const refusedFor = 30_000;

/**
 * Says which revision a Deployment's template is. One that was written before is told by its fingerprint, which its
 * ReplicaSet has; of another the server is asked, by a dry run, what it would make of it: so no new default of a server, no
 * upgrade of ours and no `1000m` for `1` is a new revision to anybody, and what is wrong with a template is found before
 * anything moves.
 */
export class Templates {
  readonly #client: Pick<Client, 'create'>;
  readonly #now: () => number;
  /** By the Deployment's UID. */
  readonly #found = new Map<string, Found>();

  constructor(client: Pick<Client, 'create'>, now: () => number = Date.now) {
    this.#client = client;
    this.#now = now;
  }

  /** @throws what the server answers but refusals of the template. */
  async view(
    deployment: Deployment,
    own: readonly ReplicaSet[],
    signal: AbortSignal,
  ): Promise<{ readonly view: TemplateView; readonly fingerprint: string }> {
    const uid = deployment.metadata.uid ?? '';
    const fingerprint = fingerprintOf(deployment.spec.template);
    const written = own.find(({ metadata }) => metadata.annotations?.[annotations.template] === fingerprint);
    if (written !== undefined) {
      this.#found.delete(uid);
      return { view: known(written), fingerprint };
    }
    const before = this.#found.get(uid);
    const found =
      before?.fingerprint === fingerprint && this.#now() < (before.until ?? Number.POSITIVE_INFINITY)
        ? before
        : await this.#ask(deployment, fingerprint, signal);
    this.#found.set(uid, found);
    if (found.stored === undefined) return { view: found.view, fingerprint };
    const same = own.find((one) => sameTemplate(one.spec?.template, found.stored));
    if (same !== undefined) return { view: known(same), fingerprint };
    const named = new Set([...found.taken, ...own.map(hashOfReplicaSet)]);
    const hash = revisionHash(found.stored, (name) => named.has(name));
    return { view: { state: 'Known', hash, exists: false }, fingerprint };
  }

  /** The revision cannot be called so: something else is. The next view gives it another name. */
  taken({ metadata }: Deployment, hash: string): void {
    const found = this.#found.get(metadata.uid ?? '');
    if (found !== undefined)
      this.#found.set(metadata.uid ?? '', { ...found, taken: new Set([...found.taken, hash]) });
  }

  forget(uid: string): void {
    this.#found.delete(uid);
  }

  async #ask(deployment: Deployment, fingerprint: string, signal: AbortSignal): Promise<Found> {
    try {
      const answer = await this.#dryRun(deployment, fingerprint, signal);
      return { fingerprint, stored: answer.spec?.template, view: { state: 'Unknown' }, taken: new Set() };
    } catch (error) {
      // A quota of ReplicaSets is nobody's template.
      if (!isApiError(error) || !refusals.includes(error.reason) || isQuota(error.message)) throw error;
      const view = { state: 'Invalid', message: error.message } as const;
      return { fingerprint, view, taken: new Set(), until: this.#now() + refusedFor };
    }
  }

  /** Nothing is made, but the name must be free all the same. */
  async #dryRun(deployment: Deployment, fingerprint: string, signal: AbortSignal): Promise<ReplicaSet> {
    for (let attempt = 0; ; attempt += 1) {
      const hash = attempt === 0 ? 'template' : `template-${randomBytes(4).toString('hex')}`;
      const planned = { hash, replicas: 0, revision: 0, sizedFor: 0 };
      const probe = newReplicaSet(deployment, planned, fingerprint);
      const options = { dryRun: true, fieldValidation: 'Strict', signal } as const;
      try {
        return await this.#client.create(replicaSets, probe, options);
      } catch (error) {
        if (attempt === mostNames || !isAlreadyExists(error)) throw error;
      }
    }
  }
}

function isQuota(message: string): boolean {
  return message.includes('exceeded quota');
}

/** Names that are tried besides the first. */
const mostNames = 3;

function known(replicaSet: ReplicaSet): TemplateView {
  return { state: 'Known', hash: hashOfReplicaSet(replicaSet), exists: true };
}
