import { expect, test } from 'vitest';
import { planNetworkPolicies } from '../../../controllers/project/plan/network/index.ts';
import { addressRanges } from '../../../controllers/project/plan/network/ranges.ts';
import { networkSettings } from '../../../controllers/project/plan/network/settings.ts';
import type { Project } from '../../../controllers/project/project.ts';
import { projectSpec } from '../../../crds/project/schema.ts';
import type { NetworkPolicy } from '../../../operator/index.ts';
import type { Change } from './history.ts';
import { judge } from './judge.ts';

// What the judge would say of histories that no operator should ever make.

const settings = networkSettings.parse({});
const listed = { ingress: [{ from: [{ project: 'friend', environment: 'prod' }], ports: [{ port: 8443 }] }] };

/** Writes a history, one change after another. */
class Story {
  readonly changes: Change[] = [];
  readonly #generations = new Map<string, number>();

  /** A Project is written, its total for all environments, and its network; or says how far it is. */
  project({ network = {}, pods = '10', walls = false, again = false } = {}): this {
    const generation = (this.#generations.get('red') ?? 0) + (again || walls ? 0 : 1);
    this.#generations.set('red', generation);
    const spec = projectSpec.parse({
      network,
      quota: { hard: { pods } },
      environments: [{ name: 'dev' }, { name: 'prod' }],
    });
    const condition = {
      type: 'NetworkReady',
      status: 'True' as const,
      observedGeneration: generation,
      reason: 'AsDesired',
      message: '',
      lastTransitionTime: '',
    };
    const object: Project = {
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Project',
      metadata: { name: 'red', uid: 'red-1', generation },
      spec,
      ...(walls ? { status: { observedGeneration: generation, conditions: [condition] } } : {}),
    };
    return this.#add({ kind: 'Project', type: 'MODIFIED', object, version: 0 });
  }

  namespace(environment: string, marks: Readonly<Record<string, string>> = {}): this {
    const labels = {
      'mainstay.dev/owner': 'red-1',
      'mainstay.dev/isolation': 'Strict',
      'pod-security.kubernetes.io/enforce': 'restricted',
      ...marks,
    };
    const metadata = { name: `red-${environment}`, uid: environment, labels };
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata };
    return this.#add({ kind: 'Namespace', type: 'ADDED', object, version: 0 });
  }

  /** The walls as the planner makes them of such a network. */
  walls(environment: string, network: object, type: Change['type'] = 'ADDED'): this {
    const spec = projectSpec.parse({ network, environments: [{ name: 'dev' }, { name: 'prod' }] });
    const holds = (name: string) => ({
      name,
      spec,
      namespaces: new Map(['dev', 'prod'].map((one) => [one, { name: `${name}-${one}` }])),
    });
    const { policies } = planNetworkPolicies({
      project: holds('red'),
      environment,
      settings,
      ranges: addressRanges(settings),
      find: holds,
    });
    for (const { name, spec: rules } of policies) {
      const metadata = { name, namespace: `red-${environment}` };
      const object = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata,
        spec: rules,
      } as NetworkPolicy;
      this.#add({ kind: 'NetworkPolicy', type, object, version: 0 });
    }
    return this;
  }

  quota(environment: string, pods: string, { enforced = pods, used = '0' } = {}): this {
    const metadata = { name: 'mainstay-quota', namespace: `red-${environment}` };
    const status = enforced === '' ? {} : { hard: { pods: enforced }, used: { pods: used } };
    const object = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods } }, status };
    return this.#add({ kind: 'ResourceQuota', type: 'MODIFIED', object, version: 0 });
  }

  access(environment: string, { role = 'admin', finalizers = [] as readonly string[] } = {}): this {
    const metadata = {
      name: 'mainstay-admin',
      namespace: `red-${environment}`,
      labels: { 'mainstay.dev/owner': 'red-1' },
      finalizers,
    };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
    const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, roleRef };
    return this.#add({ kind: 'RoleBinding', type: 'ADDED', object, version: 0 });
  }

  pod(environment: string): this {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: `red-${environment}` },
    };
    return this.#add({ kind: 'Pod', type: 'ADDED', object, version: 0 });
  }

  get judgement() {
    const { open, exceeded, early } = judge(this.changes);
    return { open: open.length, exceeded: exceeded.length, early: early.length };
  }

  #add(change: Change): this {
    const version = this.changes.length + 1;
    this.changes.push({ ...change, version });
    return this;
  }
}

const begun = () => new Story().project().namespace('dev').walls('dev', {});

test('nothing is wrong where walls, then quota, then access come about', () => {
  const story = begun().quota('dev', '5', { enforced: '' }).quota('dev', '5').access('dev').pod('dev');
  expect(story.project({ walls: true }).judgement).toEqual({ open: 0, exceeded: 0, early: 0 });
});

test('a namespace that nobody could use yet needs no wall', () => {
  expect(new Story().project().namespace('dev').judgement.open).toBe(0);
});

test('access before the wall is early, and leaves the namespace open', () => {
  const story = new Story().project().namespace('dev').quota('dev', '5').access('dev');
  expect(story.judgement).toEqual({ open: 1, exceeded: 0, early: 1 });
});

test('access before the quota is enforced is early', () => {
  expect(begun().quota('dev', '5', { enforced: '' }).access('dev').judgement.early).toBe(1);
});

test('access that stands is not given again by a finalizer, but by another role', () => {
  const story = begun().quota('dev', '5').access('dev').walls('dev', {}, 'DELETED');
  expect(story.access('dev', { finalizers: ['mainstay.dev/access'] }).judgement.early).toBe(0);
  expect(story.access('dev', { role: 'edit' }).judgement.early).toBe(1);
});

test('access before pod security is enforced is early', () => {
  const story = new Story()
    .project()
    .namespace('dev', { 'pod-security.kubernetes.io/enforce': 'privileged' });
  expect(story.walls('dev', {}).quota('dev', '5').access('dev').judgement.early).toBe(1);
});

test('a wall that goes leaves the namespace open', () => {
  expect(begun().walls('dev', {}, 'DELETED').judgement.open).toBe(1);
});

test('a pod in a namespace without walls is reachable', () => {
  expect(new Story().project().namespace('dev').pod('dev').judgement.open).toBe(1);
});

test('a wall with a rule that the Project does not list lets too much through', () => {
  expect(begun().walls('dev', listed).judgement.open).toBe(1);
});

test('what the Project has listed until now may stand until it says that its walls are as it lists them', () => {
  const story = new Story().project({ network: listed }).namespace('dev').walls('dev', listed);
  expect(story.project({ walls: true, network: listed }).judgement.open).toBe(0);
  expect(story.project({ network: {} }).judgement.open).toBe(0);
  expect(story.project({ network: {}, walls: true }).judgement.open).toBe(1);
});

test('quotas that together exceed the total', () => {
  const story = begun().quota('dev', '6').namespace('prod').walls('prod', {});
  expect(story.quota('prod', '4').judgement.exceeded).toBe(0);
  expect(story.quota('prod', '5').judgement.exceeded).toBe(1);
});

test('what shrinks counts until it is enforced', () => {
  const story = begun().quota('dev', '6').namespace('prod').walls('prod', {}).quota('prod', '4');
  expect(story.quota('dev', '3', { enforced: '6' }).quota('prod', '7').judgement.exceeded).toBe(1);
});

test('what is in use counts, and growth while above the total', () => {
  const story = begun().quota('dev', '2', { used: '9' }).namespace('prod').walls('prod', {});
  expect(story.quota('prod', '1').judgement.exceeded).toBe(0);
  expect(story.quota('prod', '2').judgement.exceeded).toBe(1);
});

test('a lower total counts from when the Project has been seen', () => {
  const story = begun().quota('dev', '6').project({ pods: '4' });
  expect(story.quota('dev', '7').judgement.exceeded).toBe(0);
  expect(story.project({ pods: '4', walls: true }).quota('dev', '8').judgement.exceeded).toBe(1);
});

test('a quota in a namespace that nobody holds is not for us to write', () => {
  expect(begun().namespace('dev', { 'mainstay.dev/owner': '' }).quota('dev', '5').judgement.exceeded).toBe(1);
});
