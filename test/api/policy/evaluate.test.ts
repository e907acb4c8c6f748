import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate } from '../../../controllers/policy/compile/index.ts';
import { builtinKind, defaulted } from '../../../controllers/policy/defaulting/index.ts';
import { type Judge, judgeOf, type Verdict } from '../../../controllers/policy/evaluate/index.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { isApiError } from '../../../operator/client/apiError.ts';
import { policyCases } from './judgedPolicies.ts';
import { type Manifest, podSpecs, services, workload } from './manifests.ts';
import { facts, Stage } from './stage.ts';

/**
 * Each Policy asks about objects that carry its label only, so that the one rule that it has is the one that answers. What
 * is asked for is a creation that is not kept.
 */

/** `JUDGED_OBJECTS` says otherwise, and `SEED=random` tries others. */
const count = Number(process.env.JUDGED_OBJECTS ?? 24);
const namespaces: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'judged-plain': {},
  'judged-prod': { stage: 'prod' },
};

interface Case {
  readonly label: string;
  readonly candidate: Candidate;
  readonly judge: Judge;
}

let stage: Stage;
const cases: readonly Case[] = policyCases.map((fields, index) => {
  const label = `judged-${index}`;
  const spec: PolicySpec = {
    severity: 'medium',
    enforcement: 'Deny',
    ...fields,
    match: {
      ...fields.match,
      // Where the case is about selectors it brings them, and its objects the label.
      objectSelector: {
        ...fields.match.objectSelector,
        matchLabels: { judged: label, ...fields.match.objectSelector?.matchLabels },
      },
    },
  };
  const candidate = { name: label, spec, enforcement: spec.enforcement, proven: true };
  return { label, candidate, judge: judgeOf(label, spec, facts()) };
});

beforeAll(async () => {
  stage = await Stage.open();
  for (const [name, labels] of Object.entries(namespaces)) await stage.namespace(name, labels);
  await stage.enforce(cases.map(({ candidate }) => candidate));
});
afterAll(() => stage[Symbol.asyncDispose]());

describe('the judge', () => {
  it('finds what is in no namespace, whatever namespaces are left out', async () => {
    const excluding = cases.filter(({ candidate }) =>
      candidate.spec.match.exclude?.some((scope) => scope.namespaces ?? scope.namespaceSelector),
    );
    const onAll = excluding.filter(({ candidate }) => candidate.spec.match.resources !== undefined);
    expect(onAll).toHaveLength(2);
    for (const { label, judge } of onAll) {
      const manifest = labelled(clusterRole, label, '');
      const message = `Policy ${label}, rule rule: it must be so`;
      expect(await answerTo(manifest)).toBe(message);
      expect(said(label, verdictOn(judge, manifest, ''))).toBe(message);
    }
  });

  it('says what the API server says, of every rule', { timeout: 600_000 }, async () => {
    const { seed = 0 } = fc.readConfigureGlobal();
    const objects = [
      ...kindsInTurn(fc.sample(podSpecs, { numRuns: count, seed })),
      ...fc.sample(services, { numRuns: Math.ceil(count / 4), seed }),
      ...others,
    ];
    const told = { pass: 0, fail: 0, error: 0, unmatched: 0, refused: 0 };
    const disagreements: string[] = [];
    for (const { label, judge } of cases) {
      for (const [index, object] of objects.entries()) {
        const namespace = Object.keys(namespaces)[index % 2] ?? '';
        const manifest = labelled(object, label, namespace);
        const theirs = await answerTo(manifest);
        if (theirs === 'refused') {
          told.refused++;
          continue;
        }
        const verdict = verdictOn(judge, manifest, namespace);
        told[verdict?.result === 'skip' ? 'unmatched' : (verdict?.result ?? 'unmatched')]++;
        const ours = said(label, verdict);
        if (!agrees(ours, theirs)) {
          disagreements.push(`${JSON.stringify(manifest)}\n  server: ${theirs}\n  ours: ${ours}`);
        }
      }
    }
    console.log(`seed ${seed}: ${cases.length} Policies, ${objects.length} objects: ${JSON.stringify(told)}`);
    expect(disagreements.slice(0, 5).join('\n')).toBe('');
    for (const result of ['pass', 'fail', 'error', 'unmatched'] as const) {
      expect(told[result], result).toBeGreaterThan(20);
    }
  });
});

const ofPods = ['Pod', 'Deployment', 'CronJob', 'StatefulSet', 'Job', 'DaemonSet', 'ReplicaSet'];

function kindsInTurn(specs: readonly Manifest[]): readonly Manifest[] {
  return specs.map((spec, index) => workload(ofPods[index % ofPods.length] ?? '', spec));
}

const clusterRole: Manifest = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'judged' },
  rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
};

const others: readonly Manifest[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', annotations: { owner: 'ann' } },
    data: { mode: 'fast' },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'settings-' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'judged-other', labels: { stage: 'prod' } } },
  clusterRole,
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'judged' }, rules: [] },
];

function labelled(object: Manifest, label: string, namespace: string): Manifest {
  const metadata = record(object.metadata);
  const placed = kindOf(object).namespaced ? { namespace } : {};
  return {
    ...object,
    metadata: { ...metadata, ...placed, labels: { ...record(metadata.labels), judged: label } },
  };
}

function kindOf({ apiVersion, kind }: Manifest) {
  const known = builtinKind(String(apiVersion), String(kind));
  if (known === undefined) throw new Error(`unknown: ${String(kind)}`);
  return known;
}

/** Why it is refused by the Policy; undefined where it is not; `refused` where it is by something else. */
async function answerTo(manifest: Manifest): Promise<string | undefined> {
  const { apiVersion } = manifest;
  const { resource, namespaced } = kindOf(manifest);
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${String(apiVersion)}`;
  const within = namespaced ? `/namespaces/${String(record(manifest.metadata).namespace)}` : '';
  try {
    await stage.client.request({
      method: 'POST',
      path: `${root}${within}/${resource}`,
      query: { dryRun: 'All' },
      body: manifest,
    });
    return undefined;
  } catch (error) {
    if (!isApiError(error) || error.status >= 500) throw error;
    const [, message] = /denied request: (.*)$/s.exec(error.message) ?? [];
    return message ?? 'refused';
  }
}

function verdictOn(judge: Judge, manifest: Manifest, namespace: string): Verdict | undefined {
  const [version = '', group = ''] = String(manifest.apiVersion).split('/').toReversed();
  const { resource, namespaced } = kindOf(manifest);
  const { object, problems } = defaulted(manifest);
  expect(problems).toEqual([]);
  const verdicts = judge.judge(
    {
      object,
      resource: { group, version, resource, kind: String(manifest.kind), namespaced },
      namespaceObject: namespaced
        ? { metadata: { name: namespace, labels: namespaces[namespace] } }
        : undefined,
    },
    Date.now(),
  );
  return verdicts?.[0];
}

/** As the API server says it. */
function said(policy: string, verdict: Verdict | undefined): string | undefined {
  switch (verdict?.result) {
    case 'fail':
      return `Policy ${policy}, rule ${verdict.rule}: ${verdict.message}`;
    case 'error':
      return `resulted in error: ${verdict.message}`;
    default:
      return undefined;
  }
}

/** Of errors the API server says the expression first; whether there was one is what has to agree. */
function agrees(ours: string | undefined, theirs: string | undefined): boolean {
  if (ours?.startsWith('resulted in error: ') === true) return theirs?.includes('resulted in error') === true;
  return ours === theirs;
}

function record(value: unknown): Manifest {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
