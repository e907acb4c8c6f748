import { describe, expect, it } from 'vitest';
import type { Desired } from '../client/client.ts';
import type { CustomResourceDefinition, NetworkPolicy } from './builtin.ts';
import * as builtin from './builtin.ts';
import { apiVersionOf, resourceId } from './resource.ts';

describe('the resources that Kubernetes serves', () => {
  it('has each address once', () => {
    const ids = Object.values(builtin).map(resourceId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names core and grouped API versions as objects carry them', () => {
    expect(apiVersionOf(builtin.namespaces)).toBe('v1');
    expect(apiVersionOf(builtin.networkPolicies)).toBe('networking.k8s.io/v1');
  });

  it('types fields by their names on the wire', () => {
    const policy: Desired<NetworkPolicy> = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'walls', namespace: 'shop' },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }], policyTypes: ['Ingress'] },
    };
    const read = (crd: CustomResourceDefinition): boolean | undefined =>
      crd.spec.versions[0]?.schema?.openAPIV3Schema?.['x-kubernetes-preserve-unknown-fields'];
    expect(policy.spec?.ingress?.[0]?.from).toEqual([{ podSelector: {} }]);
    expect(read).toBeTypeOf('function');
  });
});
