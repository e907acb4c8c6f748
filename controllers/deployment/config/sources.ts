import { labels } from '../../../crds/deployment/names.ts';
import type { Controller } from '../../../operator/controller/controller.ts';
import { watch } from '../../../operator/controller/watch.ts';
import type { Following } from '../../../operator/manager/informers.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import { configMaps, secrets } from '../../../operator/resources/builtin.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../../../operator/resources/object.ts';
import { identityOutline } from '../outlines.ts';
import type { Reference } from './references.ts';

/** Which Deployments freeze a source, by `kind/namespace/name`. */
type Concerned = (source: string) => readonly ObjectKey[];

interface Followed {
  readonly following: Following<KubernetesObject>;
  /** Who asked before there was an answer; undefined since there is. */
  waiting: Set<ObjectKey> | undefined;
}

/**
 * Tells when a ConfigMap or a Secret is another. All of a kind are followed, from when the first Deployment wants some
 * frozen, and nothing is kept of them but their versions.
 */
export class Sources {
  readonly #manager: Pick<Manager, 'follow'>;
  readonly #concerned: Concerned;
  readonly #tell: (key: ObjectKey) => void;
  readonly #followed = new Map<Reference['kind'], Followed>();
  #controller: Pick<Controller, 'addWatch'> | undefined;

  /** `tell` is called with the key of a Deployment that has asked once there is an answer. */
  constructor(manager: Pick<Manager, 'follow'>, concerned: Concerned, tell: (key: ObjectKey) => void) {
    this.#manager = manager;
    this.#concerned = concerned;
    this.#tell = tell;
  }

  /** To be called before anything is asked. */
  attach(controller: Pick<Controller, 'addWatch'>): void {
    this.#controller = controller;
  }

  /** Undefined where there is none; `Unknown` as long as it is not known, and then `asker` is told once it is. */
  versionOf(asker: ObjectKey, { kind, name }: Reference, namespace: string): string | undefined {
    const { following, waiting } = this.#followed.get(kind) ?? this.#follow(kind);
    if (waiting !== undefined) {
      waiting.add(asker);
      return 'Unknown';
    }
    const found = following.informer.get(keyOf({ namespace, name }));
    return found && `${found.metadata.uid}/${found.metadata.resourceVersion}`;
  }

  #follow(kind: Reference['kind']): Followed {
    const resource = kind === 'ConfigMap' ? configMaps : secrets;
    const following = this.#manager.follow<KubernetesObject>({
      resource,
      transform: sourceOutline,
      apart: 'configSnapshots',
    });
    const followed: Followed = { following, waiting: new Set() };
    this.#followed.set(kind, followed);
    void following.informer.synced.then(() => {
      const { waiting = [] } = followed;
      followed.waiting = undefined;
      for (const key of waiting) this.#tell(key);
    });
    this.#controller?.addWatch(
      watch(following.informer, ({ object }) => [
        ...this.#concerned(`${kind}/${keyOf(object)}`),
        ...whoHas(object),
      ]),
    );
    return followed;
  }
}

/** A copy is told by whose it is: somebody may delete it. */
function whoHas({ metadata: { namespace = '', labels: marks } }: KubernetesObject): readonly ObjectKey[] {
  const name = marks?.[labels.deployment];
  return name === undefined ? [] : [keyOf({ namespace, name })];
}

function sourceOutline(source: KubernetesObject): KubernetesObject {
  const outline = identityOutline(source);
  const name = source.metadata.labels?.[labels.deployment];
  if (name === undefined) return outline;
  return { ...outline, metadata: { ...outline.metadata, labels: { [labels.deployment]: name } } };
}
