import { labels } from '../../crds/project/names.ts';
import type { ApplyClient } from '../../operator/apply/applyClient.ts';
import { Limiter } from '../../operator/apply/limiter.ts';
import type { Lister } from '../../operator/cache/lister.ts';
import type { ApplyOptions, Client, Desired } from '../../operator/client/client.ts';
import { type Secret, secrets } from '../../operator/resources/builtin.ts';
import { type KubernetesObject, keyOf } from '../../operator/resources/object.ts';
import type { Resource } from '../../operator/resources/resource.ts';
import { sharedWith } from './plan/secrets.ts';
import type { Project } from './project.ts';
import { contentOf, copyOutline } from './secretOutline.ts';

/** Secrets whose content is held at once: each may have 1 MB, some times over while it is read and written. */
const mostAtOnce = 4;

/**
 * What the applier of Projects writes with: any object as it is, and an outline of a Secret with the content of the source
 * that its Project names. That is read for each write, and only what its owner shares at that moment.
 */
export class CopyingClient implements ApplyClient {
  readonly #client: Client;
  readonly #projects: Lister<Project, 'uid'>;
  readonly #limiter = new Limiter(mostAtOnce);

  constructor(client: Client, projects: Lister<Project, 'uid'>) {
    this.#client = client;
    this.#projects = projects;
  }

  apply(
    resource: Resource,
    object: Desired<KubernetesObject>,
    options: ApplyOptions = {},
  ): Promise<KubernetesObject> {
    if (resource.kind !== secrets.kind) return this.#client.apply(resource, object, options);
    return this.#limiter.run(keyOf(object), async () => {
      const { apiVersion, kind, metadata } = object;
      const { type = 'Opaque', data = {} } = await this.#sourceOf(object, options.signal);
      return copyOutline(
        await this.#client.apply(secrets, { apiVersion, kind, metadata, type, data }, options),
      );
    });
  }

  patch(...request: Parameters<ApplyClient['patch']>): Promise<KubernetesObject> {
    return this.#client.patch(...request);
  }

  delete(...request: Parameters<ApplyClient['delete']>): Promise<void> {
    return this.#client.delete(...request);
  }

  /** The Secret that a copy was planned from. Throws a `SourceChangedError` if it is not the one any more. */
  async #sourceOf(copy: Desired<KubernetesObject>, signal: AbortSignal | undefined): Promise<Secret> {
    const { name, labels: marks } = copy.metadata;
    const [project] = this.#projects.byIndex('uid', marks?.[labels.owner] ?? '');
    const from = project?.spec.secrets.find((one) => one.name === name)?.from;
    if (project === undefined || from === undefined) throw new SourceChangedError(copy);
    const { items } = await this.#client.list(secrets, {
      namespace: from.namespace,
      fieldSelector: `metadata.name=${from.name}`,
      labelSelector: `${labels.shared}=true`,
      ...(signal === undefined ? {} : { signal }),
    });
    const [source] = items;
    if (source === undefined || !sharedWith(source, project.metadata.name))
      throw new SourceChangedError(copy);
    if (!('content' in copy) || contentOf(source) !== copy.content) throw new SourceChangedError(copy);
    return source;
  }
}

/** Between plan and write the source was changed, or shared no more: what the plan is from is not known by now. */
class SourceChangedError extends Error {
  override readonly name = 'SourceChangedError';

  constructor(copy: Desired<KubernetesObject>) {
    super(`Secret ${keyOf(copy)}: what it is copied from has changed meanwhile; it is looked at again`);
  }
}
