import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { builtinKind, type CustomKind, customKindsOf } from '../controllers/policy/defaulting/index.ts';
import type { Resource } from '../controllers/policy/evaluate/index.ts';
import { isObject, type Manifest, metadataOf } from './manifests.ts';

/** A kind, as far as it can be told without a cluster. */
export interface Known {
  readonly resource: Resource;
  readonly custom: CustomKind | undefined;
  /** Nobody defines it here: its plural is taken to be a regular one, and it to be in a namespace. */
  readonly guessed: boolean;
}

/** Kinds of every API server, of ours, and those that the input defines. */
export class Kinds {
  readonly #custom = new Map<string, CustomKind>();

  constructor(manifests: readonly Manifest[]) {
    for (const { apiVersion, kind, object } of manifests) {
      if (kind !== 'CustomResourceDefinition' || !apiVersion.startsWith('apiextensions.k8s.io/')) continue;
      for (const custom of customKindsOf(object)) this.#custom.set(keyOf(custom), custom);
    }
  }

  of({ apiVersion, kind, object }: Pick<Manifest, 'apiVersion' | 'kind' | 'object'>): Known {
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    const builtin = builtinKind(apiVersion, kind);
    if (builtin !== undefined) {
      const { resource, namespaced } = builtin;
      return { resource: { group, version, resource, kind, namespaced }, custom: undefined, guessed: false };
    }
    const custom = this.#customKind(apiVersion, kind);
    if (custom !== undefined) {
      const { resource, namespaced } = custom;
      return { resource: { group, version, resource, kind, namespaced }, custom, guessed: false };
    }
    const namespaced = metadataOf(object).namespace !== undefined || !clusterWide.test(kind);
    const resource = { group, version, resource: pluralOf(kind), kind, namespaced };
    return { resource, custom: undefined, guessed: true };
  }

  #customKind(apiVersion: string, kind: string): CustomKind | undefined {
    const key = keyOf({ apiVersion, kind });
    const folder = own[key];
    if (!this.#custom.has(key) && folder !== undefined) {
      for (const custom of ownKinds(folder)) this.#custom.set(keyOf(custom), custom);
    }
    return this.#custom.get(key);
  }
}

/** Our own kinds, by the folder of their definition. */
const own: Readonly<Record<string, string>> = {
  'mainstay.dev/v1alpha1/Deployment': 'deployment',
  'mainstay.dev/v1alpha1/Policy': 'policy',
  'mainstay.dev/v1alpha1/Project': 'project',
};

/** From what is generated: to make it of the schemas anew would take longer than all the rest. */
function ownKinds(folder: string): readonly CustomKind[] {
  const url = new URL(`../crds/${folder}/generated/${folder}.yaml`, import.meta.url);
  const definition = load(readFileSync(url, 'utf8'));
  return isObject(definition) ? customKindsOf(definition) : [];
}

const clusterWide = /^Cluster[A-Z]/;

function keyOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `${apiVersion}/${kind}`;
}

/** As clients guess it who cannot ask. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(?:s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

export function isProject({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Project' && apiVersion.startsWith('mainstay.dev/');
}

/** The environments of the Projects among these. */
export function environmentsOf(
  manifests: readonly Manifest[],
): readonly { readonly project: string; readonly environment: string; readonly namespace: string }[] {
  return manifests.filter(isProject).flatMap(({ object }) => {
    const project = String(metadataOf(object).name);
    const environments = isObject(object.spec) ? object.spec.environments : [];
    return (Array.isArray(environments) ? environments : []).filter(isObject).map(({ name, namespace }) => ({
      project,
      environment: String(name),
      namespace: typeof namespace === 'string' ? namespace : `${project}-${String(name)}`,
    }));
  });
}
