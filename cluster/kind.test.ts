import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { kindConfig, startKindCluster } from './kind.ts';

/**
 * The fields of kind.x-k8s.io/v1alpha4 as kind documents them (https://pkg.go.dev/sigs.k8s.io/kind/pkg/apis/config/v1alpha4).
 * kind refuses a field that it does not know, and so does this.
 */
const patch = z.strictObject({ group: z.string(), version: z.string(), kind: z.string(), patch: z.string() });
const node = z.strictObject({
  role: z.enum(['control-plane', 'worker']).optional(),
  image: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  gpus: z.string().optional(),
  extraMounts: z
    .array(
      z.strictObject({
        containerPath: z.string(),
        hostPath: z.string(),
        readOnly: z.boolean().optional(),
        selinuxRelabel: z.boolean().optional(),
        propagation: z.enum(['None', 'HostToContainer', 'Bidirectional']).optional(),
      }),
    )
    .optional(),
  extraPortMappings: z
    .array(
      z.strictObject({
        containerPort: z.int(),
        hostPort: z.int().optional(),
        listenAddress: z.string().optional(),
        protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional(),
      }),
    )
    .optional(),
  kubeadmConfigPatches: z.array(z.string()).optional(),
  kubeadmConfigPatchesJSON6902: z.array(patch).optional(),
});
const configuration = z.strictObject({
  kind: z.literal('Cluster'),
  apiVersion: z.literal('kind.x-k8s.io/v1alpha4'),
  name: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .optional(),
  nodes: z.array(node).optional(),
  networking: z
    .strictObject({
      ipFamily: z.enum(['ipv4', 'ipv6', 'dual']).optional(),
      apiServerPort: z.int().optional(),
      apiServerAddress: z.string().optional(),
      podSubnet: z.string().optional(),
      serviceSubnet: z.string().optional(),
      disableDefaultCNI: z.boolean().optional(),
      kubeProxyMode: z.enum(['none', 'iptables', 'ipvs', 'nftables']).optional(),
      dnsSearch: z.array(z.string()).optional(),
    })
    .optional(),
  featureGates: z.record(z.string(), z.boolean()).optional(),
  runtimeConfig: z.record(z.string(), z.string()).optional(),
  kubeadmConfigPatches: z.array(z.string()).optional(),
  kubeadmConfigPatchesJSON6902: z.array(patch).optional(),
  containerdConfigPatches: z.array(z.string()).optional(),
  containerdConfigPatchesJSON6902: z.array(z.string()).optional(),
});

describe('kind-config.yaml', () => {
  const config: unknown = parse(readFileSync(kindConfig, 'utf8'));

  it('has the fields that kind knows, and no other', () => {
    expect(configuration.safeParse(config).error?.message).toBeUndefined();
  });

  it('has exactly one control plane, reached from this machine alone', () => {
    const { nodes, networking } = configuration.parse(config);
    expect(nodes?.filter(({ role }) => role === 'control-plane')).toHaveLength(1);
    expect(networking?.apiServerAddress).toBe('127.0.0.1');
  });
});

/** A stand-in for kind, which writes down what it is asked for: there is no Docker on the machines of the tests. */
describe('a kind cluster', { timeout: 20_000 }, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-kind-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const kind = (existing = ''): string => {
    const path = join(directory, 'kind');
    const script = `#!/bin/sh
      echo "$*" >> ${directory}/calls
      case "$1" in
        get) printf '%s' '${existing}' ;;
        create) case "$*" in *broken*) echo no such image >&2; exit 1 ;; esac ;;
      esac`;
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    return path;
  };
  const calls = (): readonly string[] => readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');

  it('is created from the shipped configuration, with a kubeconfig of its own, and deleted in the end', async () => {
    const cluster = await startKindCluster({ kind: kind() });
    const common = `--name mainstay --kubeconfig ${cluster.kubeconfig}`;
    expect(calls()).toEqual(['get clusters', `create cluster ${common} --config ${kindConfig} --wait 120s`]);
    await cluster.stop();
    expect(calls().at(-1)).toBe(`delete cluster ${common}`);
    expect(existsSync(cluster.kubeconfig)).toBe(false);
  });

  it('leaves a cluster of that name alone that exists already', async () => {
    const failing = startKindCluster({ kind: kind('other\nmainstay\n') });
    await expect(failing).rejects.toThrow('kind has a cluster "mainstay" already');
    expect(calls()).toEqual(['get clusters']);
  });

  it('is deleted when its creation fails', async () => {
    await expect(startKindCluster({ kind: kind(), image: 'broken' })).rejects.toThrow('no such image');
    expect(calls().at(-1)).toMatch(/^delete cluster --name mainstay/);
  });

  it('says what is missing where there is no kind', async () => {
    await expect(startKindCluster({ kind: join(directory, 'none') })).rejects.toThrow('kind.sigs.k8s.io');
  });
});
