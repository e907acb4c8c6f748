import { type CustomResourceDefinition, customResourceDefinitions } from '../resources/builtin.ts';

/** What to ask a manager for that follows the definitions of kinds, of each hardly anything. */
export const definitions = {
  resource: customResourceDefinitions,
  apart: 'discovery',
  transform: outline,
} as const;

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
