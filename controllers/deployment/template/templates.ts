import { randomBytes } from 'node:crypto';
import { annotations } from '../../../crds/deployment/names.ts';
import { type ApiError, isAlreadyExists, isApiError } from '../../../operator/client/apiError.ts';
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
  /** As the server would store it, or as the user wrote it where the server was not asked; kept until a ReplicaSet has it. */
  readonly stored?: unknown;
  /** The server was asked. */
  readonly tried: boolean;
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
 * anything moves. Where there is nothing to compare with, and nothing that could move, making its ReplicaSet tells as much.
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
    const must = own.length > 0 || deployment.spec.adopt || deployment.spec.traffic !== undefined;
    const before = this.#found.get(uid);
    const found =
      before?.fingerprint === fingerprint && (before.tried || !must) && this.#now() < (before.until ?? never)
        ? before
        : must
          ? await this.#ask(deployment, fingerprint, signal)
          : asWritten(deployment, fingerprint);
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

  /** It could not be made. True if that is the template's own fault, which the next view then says. */
  refused({ metadata: { uid = '' } }: Deployment, error: unknown): boolean {
    const found = this.#found.get(uid);
    if (found === undefined || found.tried || !isRefusal(error)) return false;
    this.#found.set(uid, this.#invalid(found.fingerprint, error));
    return true;
  }

  forget(uid: string): void {
    this.#found.delete(uid);
  }

  async #ask(deployment: Deployment, fingerprint: string, signal: AbortSignal): Promise<Found> {
    try {
      const answer = await this.#dryRun(deployment, fingerprint, signal);
      return { ...asWritten(deployment, fingerprint), stored: answer.spec?.template, tried: true };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.#invalid(fingerprint, error);
    }
  }

  #invalid(fingerprint: string, { message }: ApiError): Found {
    const until = this.#now() + refusedFor;
    return { fingerprint, view: { state: 'Invalid', message }, tried: true, taken: new Set(), until };
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

/** A quota of ReplicaSets is nobody's template. */
function isRefusal(error: unknown): error is ApiError {
  return isApiError(error) && refusals.includes(error.reason) && !error.message.includes('exceeded quota');
}

function asWritten({ spec }: Deployment, fingerprint: string): Found {
  return { fingerprint, stored: spec.template, view: { state: 'Unknown' }, tried: false, taken: new Set() };
}

const never = Number.POSITIVE_INFINITY;

/** Names that are tried besides the first. */
const mostNames = 3;

function known(replicaSet: ReplicaSet): TemplateView {
  return { state: 'Known', hash: hashOfReplicaSet(replicaSet), exists: true };
}
