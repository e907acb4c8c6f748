import type { KubernetesObject } from '../resources/object.ts';
import { type ApplyIdentity, appliedFields } from './identity.ts';

/** Another field manager that wrote to an object: who may have changed what is ours. */
export interface Rival {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** RFC 3339, whole seconds, as the server stamps it. */
  readonly time?: string;
}

/**
 * The other managers that have written to the object since our last apply, the latest first, at most four. Empty where
 * the server does not tell: the object was deleted, or its `managedFields` were wiped. Writers of subresources
 * (`status`) are not among them: they cannot change what we apply.
 */
export function rivalsOf(identity: ApplyIdentity, live: KubernetesObject): readonly Rival[] {
  const since = appliedFields(identity, live.metadata)?.time;
  return (
    (live.metadata.managedFields ?? [])
      .filter((entry) => entry.subresource === undefined || entry.subresource === '')
      .filter((entry) => entry.manager !== identity.fieldManager || entry.operation === 'Update')
      // What the server calls the owner of fields that had none: it stands for nobody.
      .filter((entry) => entry.manager !== 'before-first-apply')
      .filter((entry) => since === undefined || entry.time === undefined || entry.time >= since)
      .sort((left, right) => (right.time ?? '').localeCompare(left.time ?? ''))
      .slice(0, 4)
      .map(({ manager, operation, time }) => ({
        manager: (manager ?? '').slice(0, 128),
        operation: operation ?? 'Update',
        ...(time === undefined ? {} : { time }),
      }))
  );
}
