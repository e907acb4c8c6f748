import type { ApplyOptions, Desired } from '../client/client.ts';
import { isRecord } from '../resources/json.ts';
import type { KubernetesObject, ObjectName } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { ApplyClient } from './applyClient.ts';
import type { Contention } from './contention.ts';
import type { DesiredObject } from './desired.ts';
import { type Why, type WriteAction, whyWrite } from './diff.ts';
import type { ApplyIdentity } from './identity.ts';
import { refusalOf } from './refusal.ts';
import { ChangedOnAdmissionError, type Fate, type Outcome } from './report.ts';
import { rivalsOf } from './rivals.ts';
import { withoutAdditions } from './wholeField.ts';

/** What has been changed, one line a change. */
export interface ChangeLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What an action is carried out with. */
interface Execution {
  readonly id: string;
  /** The object is known to have stood as desired. */
  readonly stood: boolean;
  readonly log: ChangeLog;
  readonly signal: AbortSignal | undefined;
}

/** Carries out one action, and says what became of it. Never throws for what the API server refuses. */
export class Writer {
  readonly #client: ApplyClient;
  readonly #identity: ApplyIdentity;
  readonly #contention: Contention;

  constructor(parts: {
    readonly client: ApplyClient;
    readonly identity: ApplyIdentity;
    readonly contention: Contention;
  }) {
    this.#client = parts.client;
    this.#identity = parts.identity;
    this.#contention = parts.contention;
  }

  async execute(action: WriteAction, execution: Execution): Promise<Outcome> {
    const { item } = action;
    const subject = { resource: item.resource, name: nameIn(item.object) };
    switch (action.type) {
      case 'Nothing':
        return { ...subject, result: 'unchanged', object: action.live };
      case 'Wait':
        return { ...subject, result: 'terminating', what: 'Object' };
      case 'Refuse':
        return { ...subject, result: 'refused', holder: action.holder };
      case 'Create':
      case 'Apply':
        return { ...subject, ...(await this.#write(action, execution)) };
    }
  }

  /** Deletes an object as it was last seen: one that has been changed or made anew since is left alone. */
  async prune(
    resource: Resource,
    object: KubernetesObject,
    log: ChangeLog,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const subject = { resource, name: nameIn(object) };
    try {
      await this.#delete(resource, object, signal);
    } catch (error) {
      if (refusalOf(error) !== 'NotFound') return { ...subject, result: 'failed', error: asError(error) };
    }
    log.info({ change: 'pruned', resource: resourceId(resource), ...subject.name }, 'pruned');
    return { ...subject, result: 'pruned' };
  }

  async #write(action: WritingAction, execution: Execution): Promise<Fate> {
    const { item, sealed, why } = action;
    const { id, log, signal } = execution;
    const live = action.type === 'Apply' ? action.live : undefined;
    const repair = isRepair(why, execution.stood);
    const by = live === undefined ? [] : rivalsOf(this.#identity, live);
    const ruling = repair ? this.#contention.ask(id) : undefined;
    const fields = { resource: resourceId(item.resource), ...nameIn(item.object), why };
    if (ruling?.allowed === false) {
      const { wait, repairs } = ruling;
      return { result: 'backedOff', why, by, wait, repairs };
    }
    try {
      const applied = await this.#applyOrRecreate(item, sealed, live, signal);
      const object = await this.#removeAdditions(item, sealed, applied, signal);
      if (repair) this.#contention.repaired(id);
      const left = whyWrite(this.#identity, item, sealed, object);
      if (left !== undefined) {
        // It will be wanted again at once and for ever: from here on that counts as a fight.
        if (!repair) this.#contention.repaired(id);
        throw new ChangedOnAdmissionError(
          `${item.resource.kind} ${pathOf(nameIn(item.object))}`,
          'fields' in left ? left.fields : ['metadata'],
        );
      }
      const result = repair ? 'repaired' : why.because === 'Missing' ? 'created' : 'updated';
      if (ruling?.fought === true)
        log.warn({ change: result, ...fields, by }, `${result}, although fought over`);
      else log.info({ change: result, ...fields, ...(by.length > 0 && repair ? { by } : {}) }, result);
      if (result === 'created') return { result, object };
      return result === 'updated' ? { result, object, why } : { result, object, why, by };
    } catch (error) {
      if (refusalOf(error) === 'NamespaceTerminating') return { result: 'terminating', what: 'Namespace' };
      return { result: 'failed', error: asError(error) };
    }
  }

  async #applyOrRecreate(
    item: DesiredObject,
    sealed: Desired<KubernetesObject>,
    live: KubernetesObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<KubernetesObject> {
    const options: ApplyOptions = {
      fieldManager: this.#identity.fieldManager,
      force: true,
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      return await this.#client.apply(item.resource, guarded(item, sealed, live), options);
    } catch (error) {
      if (live === undefined || item.recreate !== true || refusalOf(error) !== 'Immutable') throw error;
    }
    await this.#delete(item.resource, live, signal);
    return this.#client.apply(item.resource, mustNotExist(sealed), options);
  }

  async #removeAdditions(
    item: DesiredObject,
    sealed: Desired<KubernetesObject>,
    applied: KubernetesObject,
    signal: AbortSignal | undefined,
  ): Promise<KubernetesObject> {
    const patch = withoutAdditions(sealed, applied, item.whole ?? []);
    if (patch === undefined) return applied;
    // Only from the object as we have just seen it.
    const { resourceVersion } = applied.metadata;
    const metadata = isRecord(patch.metadata) ? patch.metadata : {};
    const body = { ...patch, metadata: { ...metadata, resourceVersion } };
    return this.#client.patch(
      item.resource,
      nameIn(applied),
      { type: 'merge', body },
      { fieldManager: this.#identity.fieldManager, ...(signal === undefined ? {} : { signal }) },
    );
  }

  async #delete(
    resource: Resource,
    object: KubernetesObject,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { uid, resourceVersion } = object.metadata;
    await this.#client.delete(resource, nameIn(object), {
      preconditions: {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      propagationPolicy: 'Background',
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

type WritingAction = Extract<WriteAction, { type: 'Create' | 'Apply' }>;

/** A change of what is desired, or the first writing of it, is no repair. */
function isRepair(why: Why, stood: boolean): boolean {
  switch (why.because) {
    case 'Missing':
      return stood;
    case 'FieldLost':
    case 'ValueDiffers':
      return true;
    case 'DesiredChanged':
    case 'Unclaimed':
      return false;
  }
}

/** Where nothing may be taken over, an apply must meet exactly what was judged: nothing, or this very object. */
function guarded(
  item: DesiredObject,
  sealed: Desired<KubernetesObject>,
  live: KubernetesObject | undefined,
): Desired<KubernetesObject> {
  if (item.takeOver !== 'Never') return sealed;
  if (live === undefined) return mustNotExist(sealed);
  const { uid } = live.metadata;
  return uid === undefined ? sealed : { ...sealed, metadata: { ...sealed.metadata, uid } };
}

/**
 * An apply that creates or fails. No object has ever had resourceVersion 1 (it is that of the empty store): the server
 * ignores it when it creates, and answers Conflict when there is an object.
 */
function mustNotExist(sealed: Desired<KubernetesObject>): Desired<KubernetesObject> {
  return { ...sealed, metadata: { ...sealed.metadata, resourceVersion: '1' } };
}

function nameIn(object: KubernetesObject): ObjectName {
  const { name, namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

function pathOf({ name, namespace }: ObjectName): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
