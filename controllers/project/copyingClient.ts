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
import { RecentContents, type SecretContent } from './recentContents.ts';
import { contentOf, copyOutline } from './secretOutline.ts';

/** Secrets whose content is held at once: each may have 1 MB, some times over while it is read and written. */
const mostAtOnce = 4;

/**
 * What the applier of Projects writes with: any object as it is, and an outline of a Secret with the content of the source
 * that its Project names. That is read when it is needed, and only what its owner shares at that moment.
 */
export class CopyingClient implements ApplyClient {
  readonly #client: Client;
  readonly #projects: Lister<Project, 'uid'>;
  readonly #limiter = new Limiter(mostAtOnce);
  readonly #recent = new RecentContents();

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
    const recent = this.#recentOf(object);
    if (recent !== undefined) return this.#write(object, recent, options);
    return this.#limiter.run(keyOf(object), async () =>
      // Whoever waited may find that another has read it.
      this.#write(object, this.#recentOf(object) ?? (await this.#read(object, options.signal)), options),
    );
  }

  patch(...request: Parameters<ApplyClient['patch']>): Promise<KubernetesObject> {
    return this.#client.patch(...request);
  }

  delete(...request: Parameters<ApplyClient['delete']>): Promise<void> {
    return this.#client.delete(...request);
  }

  async #write(
    copy: Desired<KubernetesObject>,
    content: SecretContent,
    options: ApplyOptions,
  ): Promise<Secret> {
    const { apiVersion, kind, metadata } = copy;
    return copyOutline(
      await this.#client.apply(secrets, { apiVersion, kind, metadata, ...content }, options),
    );
  }

  /** The plan has seen it shared; what has the same digest is the same. */
  #recentOf(copy: Desired<KubernetesObject>): SecretContent | undefined {
    return 'content' in copy && typeof copy.content === 'string' ? this.#recent.get(copy.content) : undefined;
  }

  async #read(copy: Desired<KubernetesObject>, signal: AbortSignal | undefined): Promise<SecretContent> {
    const source = await this.#sourceOf(copy, signal);
    const content = { type: source.type ?? 'Opaque', data: source.data ?? {} };
    this.#recent.add(contentOf(source), content);
    return content;
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
