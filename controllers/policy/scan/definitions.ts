import { definitions } from '../../../operator/discovery/definitions.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import type { Following } from '../../../operator/manager/informers.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import type { CustomResourceDefinition } from '../../../operator/resources/builtin.ts';

/** Follows the definitions of kinds; `changed` is told when another kind may be served. */
export function followDefinitions(
  manager: Pick<Manager, 'follow' | 'discovery'>,
  changed: () => void,
): Following<CustomResourceDefinition> {
  const following = manager.follow(definitions);
  following.informer.onChange(() => {
    manager.discovery.expire();
    changed();
  });
  return following;
}

/** Whether something is defined that the server does not serve yet: that takes it a moment. */
export function isBehind(
  served: readonly ServedResource[],
  defined: Iterable<CustomResourceDefinition>,
): boolean {
  const known = new Set(served.map(({ group, plural, version }) => id(group, plural, version)));
  for (const { spec, metadata } of defined) {
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
