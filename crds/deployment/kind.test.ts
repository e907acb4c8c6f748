import { describe, expect, it } from 'vitest';
import { versions } from '../../cluster/binaries/catalog.ts';
import { customResourceDefinition } from '../structural/customResourceDefinition.ts';
import type { StructuralSchema } from '../structural/openApi.ts';
import { referencePage } from '../structural/reference.ts';
import { kubernetesVersion, podTemplateSchema } from './generated/podTemplate.ts';
import { deploymentKind } from './kind.ts';

const definition = customResourceDefinition(deploymentKind);

describe('the definition', () => {
  it('is small enough for plain kubectl apply, which keeps it in an annotation of at most 262,144 bytes', () => {
    expect(Buffer.byteLength(JSON.stringify(definition))).toBeLessThan(200_000);
  });

  it('has a page of reference that tells our fields, and not those of a pod', () => {
    const page = referencePage(definition);
    expect(page).toContain('## `spec.strategy.canary.steps[]`');
    expect(page).not.toContain('terminationGracePeriodSeconds');
  });
});

describe('the pod template', () => {
  it('is that of the Kubernetes that everything here runs on', () => {
    const remedy = `run node crds/deployment/podTemplate/generate.ts ${versions.kubernetes}`;
    expect(kubernetesVersion, remedy).toBe(versions.kubernetes);
  });

  it('has no defaults but those of keys, so that the pods are what the template says and the server adds', () => {
    expect([...defaultsIn(podTemplateSchema)].toSorted()).toEqual(['name', 'protocol']);
  });

  it('merges containers by name and their ports by number and protocol', () => {
    const containers = podTemplateSchema.properties?.spec?.properties?.containers;
    expect(containers?.['x-kubernetes-list-map-keys']).toEqual(['name']);
    expect(containers?.items?.properties?.ports?.['x-kubernetes-list-map-keys']).toEqual([
      'containerPort',
      'protocol',
    ]);
  });
});

/** Names of the fields that have one. */
function defaultsIn(schema: StructuralSchema, name = ''): ReadonlySet<string> {
  const { items, additionalProperties, properties = {} } = schema;
  return new Set([
    ...(schema.default === undefined ? [] : [name]),
    ...(items === undefined ? [] : defaultsIn(items, name)),
    ...(additionalProperties === undefined ? [] : defaultsIn(additionalProperties, name)),
    ...Object.entries(properties).flatMap(([field, property]) => [...defaultsIn(property, field)]),
  ]);
}
