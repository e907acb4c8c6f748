import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import type { Following } from '../../../operator/manager/informers.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from '../../../operator/resources/builtin.ts';

/** Follows the definitions of kinds, of each hardly anything; `changed` is told when another kind may be served. */
export function followDefinitions(
  manager: Pick<Manager, 'follow' | 'discovery'>,
  changed: () => void,
): Following<CustomResourceDefinition> {
  const following = manager.follow({
    resource: customResourceDefinitions,
    apart: 'policies',
    transform: outline,
  });
  following.informer.onChange(() => {
    manager.discovery.expire();
    changed();
  });
  return following;
}

/** Whether something is defined that the server does not serve yet: that takes it a moment. */
export function isBehind(
  served: readonly ServedResource[],
  definitions: Iterable<CustomResourceDefinition>,
): boolean {
  const known = new Set(served.map(({ group, plural, version }) => id(group, plural, version)));
  for (const { spec, metadata } of definitions) {
    if (metadata.deletionTimestamp !== undefined) continue;
    const missing = spec.versions.some(
      (version) => version.served && !known.has(id(spec.group, spec.names.plural, version.name)),
    );
    if (missing) return true;
  }
  return false;
}

function id(group: string, plural: string, version: string): string {
  return `${plural}.${group}/${version}`;
}

/** Schemas are a hundred times as large as all the rest. */
function outline({ apiVersion, kind, metadata, spec }: CustomResourceDefinition): CustomResourceDefinition {
  const { name, uid, resourceVersion, deletionTimestamp } = metadata;
  const { group, scope, names, versions } = spec;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    spec: {
      group,
      scope,
      names: { kind: names.kind, plural: names.plural },
      versions: versions.map(({ name: version, served, storage }) => ({ name: version, served, storage })),
    },
  };
}
