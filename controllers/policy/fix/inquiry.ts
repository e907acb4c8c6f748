import { fixManager } from '../../../crds/policy/names.ts';
import { isApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { RateLimit } from '../../../operator/client/rateLimit.ts';
import { isTransientReason } from '../../../operator/client/reasons.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { type Resource, resourceId } from '../../../operator/resources/resource.ts';
import { answerOf, askingManager } from '../compile/mutating.ts';
import { asNew, bare } from './bare.ts';
import { applied, type Change, changesBetween, textOf } from './changes.ts';
import { jsonPatch } from './patches.ts';

/** What the API server says that a fix would change. */
export type Answer =
  | {
      readonly kind: 'Changes';
      /** None: the fix changes nothing of it. */
      readonly changes: readonly Change[];
      /** Why it is what a new object of this content would be, and this one cannot become it. */
      readonly immutable?: string;
    }
  /** The fix is not in force, or not yet. */
  | { readonly kind: 'Unanswered' }
  | Refusal;

export type Refusal =
  | { readonly kind: 'Refused'; readonly message: string }
  /** The operator has no such right. */
  | { readonly kind: 'Forbidden'; readonly right: string };

/** What would become of changes, were they written. */
export type Trial =
  | { readonly kind: 'Settles' }
  /** The fixes would change it again, in this field. */
  | { readonly kind: 'Unsettled'; readonly field: string }
  | Refusal;

/**
 * Questions about one object as it is: dry runs, which store nothing. What anybody else's admission makes of a mere touch
 * is not taken for the fix. Rejects where the server does not answer, or the object is another by now.
 */
export class Inquiry {
  readonly #client: Pick<Client, 'patch' | 'create'>;
  readonly #rate: Pick<RateLimit, 'take'>;
  readonly #resource: Resource;
  readonly #live: KubernetesObject;
  readonly #signal: AbortSignal;
  #touched: Promise<KubernetesObject | Refusal> | undefined;

  constructor(
    {
      client,
      rate,
    }: { readonly client: Pick<Client, 'patch' | 'create'>; readonly rate: Pick<RateLimit, 'take'> },
    resource: Resource,
    live: KubernetesObject,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#rate = rate;
    this.#resource = resource;
    this.#live = live;
    this.#signal = signal;
  }

  async ask(mark: string): Promise<Answer> {
    const asked = await this.#update([], askingManager([mark]));
    if (isRefusal(asked))
      return asked.kind === 'Refused' && asked.isInvalid ? this.#askAsNew(mark, asked) : asked;
    if (!isAnswered(asked, mark)) return { kind: 'Unanswered' };
    const changes = changesBetween(bare(this.#live), bare(asked));
    if (changes.length === 0) return { kind: 'Changes', changes };
    const touched = await this.#touch();
    if (isRefusal(touched)) return touched;
    return { kind: 'Changes', changes: changesBetween(bare(touched), bare(asked)) };
  }

  /** Whether the server would take these changes of these fixes, and the fixes would then change nothing more. */
  async try(changes: readonly Change[], marks: readonly string[]): Promise<Trial> {
    const touched = await this.#touch();
    if (isRefusal(touched)) return touched;
    const tried = await this.#update(changes, askingManager(marks));
    if (isRefusal(tried)) return tried;
    const [more] = changesBetween(applied(bare(touched), changes), bare(tried));
    return more === undefined ? { kind: 'Settles' } : { kind: 'Unsettled', field: textOf(more.path) };
  }

  /** The object as an update that changes nothing would leave it. */
  #touch(): Promise<KubernetesObject | Refusal> {
    this.#touched ??= this.#update([], fixManager);
    return this.#touched;
  }

  /** It cannot become what the fix makes of it. What would be made of it, were it made now? */
  async #askAsNew(mark: string, refusal: Refused): Promise<Answer> {
    const asked = await this.#create(askingManager([mark]));
    if (isRefusal(asked)) return refusal;
    if (!isAnswered(asked, mark)) return refusal;
    const made = await this.#create(fixManager);
    if (isRefusal(made)) return refusal;
    const changes = changesBetween(bare(asNew(made, '')), bare(asNew(asked, '')));
    return { kind: 'Changes', changes, immutable: refusal.message };
  }

  async #update(
    changes: readonly Change[],
    manager: string,
  ): Promise<KubernetesObject | Refused | Forbidden> {
    const { name, namespace, resourceVersion } = this.#live.metadata;
    const body = [
      { op: 'replace' as const, path: '/metadata/resourceVersion', value: resourceVersion },
      ...jsonPatch(this.#live, changes),
    ];
    const address = { name, ...(namespace === undefined ? {} : { namespace }) };
    return this.#dryRun((options) =>
      this.#client.patch(
        this.#resource,
        address,
        { type: 'json', body },
        { ...options, fieldManager: manager },
      ),
    );
  }

  async #create(manager: string): Promise<KubernetesObject | Refused | Forbidden> {
    const object = asNew(this.#live, `mainstay-fix-${this.#live.metadata.uid ?? ''}`);
    return this.#dryRun((options) =>
      this.#client.create(this.#resource, object, { ...options, fieldManager: manager }),
    );
  }

  async #dryRun(
    request: (options: { readonly dryRun: true; readonly signal: AbortSignal }) => Promise<KubernetesObject>,
  ): Promise<KubernetesObject | Refused | Forbidden> {
    await this.#rate.take(this.#signal);
    try {
      return await request({ dryRun: true, signal: this.#signal });
    } catch (error) {
      const refusal = refusalOf(error, this.#resource);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }
}

interface Refused {
  readonly kind: 'Refused';
  readonly message: string;
  /** What was sent may be good for a new object. */
  readonly isInvalid: boolean;
}

type Forbidden = Extract<Refusal, { readonly kind: 'Forbidden' }>;

/** What the server's refusal means for a fix; undefined where another try may succeed, or the object is gone. */
export function refusalOf(error: unknown, resource: Resource): Refused | Forbidden | undefined {
  if (!isApiError(error)) return undefined;
  const { status, reason, message } = error;
  // As RBAC says it; other refusals of this status come from admission, and are about the object.
  const [, verb] = /\bcannot (\w+) resource /.exec(message.slice(message.indexOf('User "'))) ?? [];
  if (status === 403 && verb !== undefined)
    return { kind: 'Forbidden', right: `${verb} ${resourceId(resource)}` };
  // A mutation that makes no object of its kind at all ends so, each time.
  const isBroken = reason === 'InternalError' && status === 500;
  if (status === 404 || status === 409 || (isTransientReason(reason) && !isBroken)) return undefined;
  return { kind: 'Refused', message, isInvalid: reason === 'Invalid' };
}

function isRefusal<R extends Refusal>(answer: KubernetesObject | R): answer is R {
  return !('metadata' in answer);
}

function isAnswered({ metadata }: KubernetesObject, mark: string): boolean {
  return metadata.annotations?.[answerOf(mark)] !== undefined;
}
