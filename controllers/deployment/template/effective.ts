import type { Client } from '../../../operator/client/client.ts';
import type { Snapshots } from '../config/snapshots.ts';
import type { Deployment } from '../deployment.ts';
import { Adoptions } from '../handover/adoption.ts';
import { type Caches, ownReplicaSets } from '../observe.ts';
import type { TemplateView } from '../plan/observation.ts';
import { refusedFor, type Templates } from './templates.ts';

/** What a Deployment's template was found to be. */
export interface Template {
  readonly view: TemplateView;
  readonly fingerprint: string;
  /** The Deployment as its pods are made: with frozen configuration. */
  readonly effective: Deployment;
  /** Milliseconds after which to look again. */
  readonly pause?: number;
  /** All ReplicaSets that `spec.adopt` is about are here. */
  readonly adopted?: boolean;
  /** Why it could not be found out. */
  readonly failure?: unknown;
}

interface EffectiveTemplatesParts {
  readonly client: Client;
  readonly informers: Caches;
  readonly templates: Templates;
  readonly snapshots: Snapshots;
}

/** Milliseconds until it is looked again whether an `apps/v1` Deployment has let go of its ReplicaSets. */
const adoptionPause = 250;

/** Says what the template of a Deployment is, once its configuration is frozen and all that is to be taken over is here. */
export class EffectiveTemplates {
  readonly #parts: EffectiveTemplatesParts;
  readonly #adoptions: Adoptions;

  constructor(parts: EffectiveTemplatesParts) {
    this.#parts = parts;
    this.#adoptions = new Adoptions(parts.client);
  }

  /**
   * What could not be found out is unknown, and no reason to leave all else as it is.
   *
   * @throws the signal's reason once it is aborted, and nothing else.
   */
  async of(deployment: Deployment, signal: AbortSignal): Promise<Template> {
    try {
      return await this.#find(deployment, signal);
    } catch (failure) {
      signal.throwIfAborted();
      return { view: { state: 'Unknown' }, fingerprint: '', effective: deployment, failure };
    }
  }

  /** Of a Deployment that is gone nothing is kept. */
  forget(uid: string): void {
    this.#parts.templates.forget(uid);
    this.#parts.snapshots.forget(uid);
    this.#adoptions.forget(uid);
  }

  async #find(deployment: Deployment, signal: AbortSignal): Promise<Template> {
    const { informers, templates, snapshots } = this.#parts;
    const own = ownReplicaSets(informers, deployment);
    const frozen = await snapshots.freeze(deployment, own, signal);
    if (frozen.state !== 'Known') {
      const view: TemplateView =
        frozen.state === 'Missing' ? { state: 'Invalid', message: frozen.message } : { state: 'Unknown' };
      const pause = frozen.state === 'Changing' ? frozen.wait : refusedFor;
      return { view, fingerprint: '', effective: deployment, pause };
    }
    const effective = frozen.deployment;
    const look = async () => ({
      ...(await templates.view(effective, ownReplicaSets(informers, deployment), signal)),
      effective,
    });
    const seen = await look();
    // Nothing is let go for a template that cannot run.
    if (seen.view.state === 'Invalid') return { ...seen, pause: refusedFor };
    const { metadata, spec, status } = deployment;
    if (!spec.adopt) this.#adoptions.forget(metadata.uid ?? '');
    // It may stay in a manifest for ever: what comes to be there later is somebody's own.
    if (!spec.adopt || status?.adopted === true || seen.view.state !== 'Known') return seen;
    const adoption = await this.#adoptions.adopt(deployment, signal);
    switch (adoption.state) {
      case 'Refused':
        return { ...seen, view: { state: 'Invalid', message: adoption.message } };
      case 'Waiting':
        return { ...seen, view: { state: 'Unknown' }, pause: adoptionPause };
      case 'Done':
        return { ...(await look()), adopted: true };
    }
  }
}
