import { until } from '../../eventually.ts';
import { placed, resourceOf } from '../../policies/judged.ts';
import type { Manifest, PackPolicy } from '../../policies/packs.ts';
import { done } from '../admission/installed.ts';
import type { Person } from '../admission/people.ts';
import { inFlight } from './inFlight.ts';
import type { Stage } from './stage.ts';

/** Makes the namespaces of the cases of packs, and serves the kinds of theirs that are neither every server's nor ours. */
export async function serveCases(
  policies: readonly PackPolicy[],
  admin: Person,
  stage: Stage,
): Promise<AsyncDisposable> {
  const served = new AsyncDisposableStack();
  for (const kind of foreignKinds(policies)) served.use(await serve(kind, admin));
  await inFlight([...namespacesOf(policies)], async ([name, labels]) => {
    if (!['default', 'kube-system', 'kube-public'].includes(name)) await stage.namespace(name, labels);
  });
  return served;
}

type Kind = Pick<Manifest, 'apiVersion' | 'kind'>;

/** Kinds of others that cases are about. Anything is taken of them. */
function foreignKinds(policies: readonly PackPolicy[]): readonly Kind[] {
  const all = policies.flatMap(({ cases }) => cases.map(({ object }) => object));
  const foreign = all.filter(({ apiVersion }) => apiVersion.startsWith('gateway.networking.k8s.io/'));
  return [...new Map(foreign.map(({ apiVersion, kind }) => [kind, { apiVersion, kind }])).values()];
}

async function serve({ apiVersion, kind }: Kind, admin: Person): Promise<AsyncDisposable> {
  const { group, version, resource } = resourceOf({ apiVersion, kind });
  const definition: Manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${resource}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural: resource, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const isThere = async () => (await admin.get(definition)).status < 300;
  const mine = !(await isThere());
  if (mine) await done(admin.create(definition));
  const list = { apiVersion, kind, metadata: { name: '' } };
  await until(`${kind} is served`, async () => (await admin.list(list)).status < 300);
  return {
    [Symbol.asyncDispose]: async () => {
      if (!mine) return;
      await admin.remove(definition);
      await until(`${kind} is gone`, async () => !(await isThere()));
    },
  };
}

/** By name their labels. */
function namespacesOf(
  policies: readonly PackPolicy[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const { object, namespace } of policies.flatMap(({ cases }) => cases)) {
    const { metadata } = placed(object, namespace);
    if (metadata.namespace === undefined) continue;
    const labels = (namespace?.metadata.labels ?? {}) as Readonly<Record<string, string>>;
    const known = found.get(metadata.namespace) ?? labels;
    if (JSON.stringify(known) !== JSON.stringify(labels)) {
      throw new Error(
        `cases say different labels of the namespace ${metadata.namespace}: give one another name`,
      );
    }
    found.set(metadata.namespace, labels);
  }
  return found;
}
