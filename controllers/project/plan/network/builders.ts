import { type ProjectSpec, projectSpec } from '../../../../crds/project/schema.ts';
import type { FindNeighbour, Neighbour } from './neighbour.ts';
import { addressRanges } from './ranges.ts';
import { type NetworkSettings, networkSettings } from './settings.ts';

/** A Project with these environments; each holds the namespace `<project>-<environment>` unless told otherwise. */
export function neighbour(
  name: string,
  environments: readonly (string | { readonly name: string; readonly network?: object })[],
  network: object = {},
  holds: (environment: string) => boolean = () => true,
): Neighbour {
  const spec: ProjectSpec = projectSpec.parse({
    network,
    environments: environments.map((environment) =>
      typeof environment === 'string' ? { name: environment } : environment,
    ),
  });
  const held = spec.environments.filter((environment) => holds(environment.name));
  return {
    name,
    spec,
    namespaces: new Map(
      held.map((environment) => [environment.name, { name: `${name}-${environment.name}` }]),
    ),
  };
}

export function among(...neighbours: readonly Neighbour[]): FindNeighbour {
  return (name) => neighbours.find((candidate) => candidate.name === name);
}

export function settingsOf(given: object = {}): {
  settings: NetworkSettings;
  ranges: ReturnType<typeof addressRanges>;
} {
  const settings = networkSettings.parse(given);
  return { settings, ranges: addressRanges(settings) };
}
