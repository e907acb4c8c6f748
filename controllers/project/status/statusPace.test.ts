import { expect, it } from 'vitest';
import type { ProjectStatus } from '../../../crds/project/schema.ts';
import type { Project } from '../project.ts';
import { StatusPace } from './statusPace.ts';

const usageInterval = 30_000;

const project = (generation: number, status?: ProjectStatus): Project => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Project',
  metadata: { name: 'shop', uid: 'a', generation },
  spec: {
    owners: [],
    access: [],
    secrets: [],
    suspend: false,
    deletionPolicy: 'Retain',
    podSecurity: 'restricted',
    network: { isolation: 'Strict' },
    environments: [{ name: 'prod' }],
  },
  ...(status !== undefined && { status }),
});

const status = (generation: number, reason: string, ready: 'True' | 'False' = 'False'): ProjectStatus => ({
  observedGeneration: generation,
  conditions: ['Ready', 'QuotaReady'].map((type) => ({
    type,
    status: ready,
    reason,
    message: 'as it is',
    observedGeneration: generation,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })),
});

it('tells of a new Project once, when it is ready or after a second', () => {
  const pace = new StatusPace(usageInterval);
  expect(pace.wait(project(1), status(1, 'QuotaPending'), 0)).toBe(1000);
  expect(pace.wait(project(1), status(1, 'AccessWithheld'), 400)).toBe(600);
  expect(pace.wait(project(1), status(1, 'AsDesired', 'True'), 500)).toBeLessThanOrEqual(0);
  expect(pace.wait(project(1), status(1, 'QuotaPending'), 1000)).toBeLessThanOrEqual(0);
});

it('tells of trouble at once', () => {
  const pace = new StatusPace(usageInterval);
  expect(pace.wait(project(1), status(1, 'NamespaceHeld'), 0)).toBe(0);
  const mixed = status(1, 'QuotaPending');
  const withTrouble = {
    ...mixed,
    conditions: [...(mixed.conditions ?? []), ...(status(1, 'WriteFailed').conditions ?? [])],
  };
  expect(pace.wait(project(1), withTrouble, 0)).toBe(0);
});

it('tells at once what happens to a generation that has been told of', () => {
  const pace = new StatusPace(usageInterval);
  const told = project(1, status(1, 'AsDesired', 'True'));
  expect(pace.wait(told, status(1, 'QuotaPending'), 0)).toBe(0);
});

it('gives each generation a second of its own', () => {
  const pace = new StatusPace(usageInterval);
  pace.wait(project(1), status(1, 'QuotaPending'), 0);
  expect(pace.wait(project(2), status(2, 'QuotaPending'), 900)).toBe(1000);
  pace.told(project(2), 900);
  pace.forget('a');
  expect(pace.wait(project(2), status(2, 'QuotaPending'), 5000)).toBe(1000);
});

it('tells what only counts use now and then', () => {
  const pace = new StatusPace(usageInterval);
  const before = status(1, 'AsDesired', 'True');
  const inUse = { ...before, summary: { environments: '1/1', quota: '1/8' } };
  const live = project(1, { ...before, summary: { environments: '1/1', quota: '0/8' } });
  pace.told(live, 0);
  expect(pace.wait(live, inUse, 10_000)).toBe(20_000);
  expect(pace.wait(live, inUse, 30_000)).toBe(0);
});
