import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaulted } from '../../../controllers/policy/defaulting/index.ts';
import { type JsonObject, type Judge, judgeOf } from '../../../controllers/policy/evaluate/index.ts';
import { packPolicies } from '../../policies/packs.ts';
import { done } from '../admission/installed.ts';
import { type Answer, type Api, openApi, type Person } from '../admission/people.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { inFlight } from './inFlight.ts';
import { type Level, replaced, violated, warnsOf } from './podSecurityAdmission.ts';
import type { Container, Pod } from './podSecurityGood.ts';
import { ephemeralContainers, pods } from './podSecurityPods.ts';
import { facts, Stage } from './stage.ts';

/**
 * The Pod Security packs and Kubernetes' own PodSecurity admission agree: on whether a pod is good, and on each control that it
 * violates. One request asks both: PodSecurity admission warns where the Policies deny. `SEED=random` tries other pods, and
 * `POD_SECURITY_PODS=500` fewer.
 */

const count = Number(process.env.POD_SECURITY_PODS ?? 5200);
const debuggedCount = 400;
/** The limit is for a machine that does much else. */
const timeout = 600_000;

const levels: readonly Level[] = ['baseline', 'restricted'];
const namespaceOf = (level: Level) => `pod-security-${level}`;

const packs = packPolicies().filter(({ file }) => file.startsWith('pod-security/'));
/** What is restricted is held to the baseline as well. */
const packOf = (level: Level) =>
  packs.filter(({ file }) => level === 'restricted' || file.startsWith('pod-security/baseline/'));
const fileOf = (policy: string) => packs.find(({ name }) => name === policy)?.file ?? '';
const judges: readonly Judge[] = packs.map(({ name, spec }) => judgeOf(name, spec, facts()));

let api: Api;
let admin: Person;
let stage: Stage;
let generated: readonly Pod[];

/** A pod that is there, and good, to be debugged. */
const running = (namespace: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'running', namespace, annotations: {} },
  spec: {
    nodeSelector: { nowhere: 'at-all' },
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'web',
        image: 'registry.example.com/web:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
    initContainers: [],
  },
});

beforeAll(async () => {
  api = await openApi(sharedKubeconfig());
  admin = api.as('admin', 'system:masters');
  stage = await Stage.open();
  for (const level of levels) {
    await stage.namespace(namespaceOf(level), warnsOf(level));
    await done(admin.create(running(namespaceOf(level))));
  }
  const { objects } = await stage.enforce(
    levels.flatMap((level) =>
      packOf(level).map(({ name, spec }) => ({
        name: `${name}-${level}`,
        spec: { ...spec, match: { ...spec.match, namespaces: [namespaceOf(level)] } },
        enforcement: 'Deny' as const,
        proven: true,
      })),
    ),
  );
  // A policy and its binding for each level.
  expect(objects).toHaveLength(4);
  const { seed = 0 } = fc.readConfigureGlobal();
  generated = fc.sample(pods(), { numRuns: count, seed });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

/** The Policies that we say it violates. */
function ours(object: JsonObject): readonly string[] {
  const resource = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
  return judges
    .filter((judge) => {
      const verdicts = judge.judge({ object, resource, namespaceObject: undefined }, Date.now()) ?? [];
      const broken = verdicts.find(({ result }) => result === 'error');
      if (verdicts.length === 0 || broken !== undefined) {
        throw new Error(`${judge.policy}: ${JSON.stringify(broken)} on ${JSON.stringify(object)}`);
      }
      return verdicts.some(({ result }) => result === 'fail');
    })
    .map(({ policy }) => policy)
    .toSorted();
}

const namesOf: Readonly<Record<Level, ReadonlySet<string>>> = {
  baseline: new Set(packOf('baseline').map(({ name }) => name)),
  restricted: new Set(packs.map(({ name }) => name).filter((name) => !replaced.has(name))),
};

/** Of what a pod violates, that which PodSecurity admission tells of at a level. */
function toldAt(level: Level, violations: readonly string[]): readonly string[] {
  return violations.filter((name) => namesOf[level].has(name));
}

/** The first few, the shortest first. */
function shown(disagreements: readonly string[]): string {
  const shortest = disagreements.toSorted((a, b) => a.length - b.length).slice(0, 10);
  return disagreements.length === 0 ? '' : `${disagreements.length} in all:\n${shortest.join('\n')}`;
}

function place(pod: Pod, namespace: string): Pod {
  return { ...pod, metadata: { ...pod.metadata, namespace } };
}

/** The Policy that refuses; undefined where the API server takes what it is asked for. */
function refusedBy({ status, message }: Answer): string | undefined {
  if (status < 300) return undefined;
  const by = /Policy (pss-[a-z-]+)-(?:baseline|restricted), rule /.exec(message)?.[1];
  if (by === undefined) throw new Error(`${status}: ${message}`);
  return by;
}

interface Heard {
  /** The Policies whose controls PodSecurity admission says are violated. */
  readonly violations: readonly string[];
  /** Undefined where we and the Policies in force say the same. */
  readonly disagreement: string | undefined;
}

/** @param written what we say of the pod as it was written */
function heard(level: Level, answer: Answer, written: readonly string[]): Heard {
  const violations = violated(level, answer.warnings);
  const by = refusedBy(answer);
  // A refusal names one of them, be it one that PodSecurity admission tells of as a stricter control.
  const isSame = by === undefined ? violations.length === 0 : violations.length > 0 && written.includes(by);
  const told = toldAt(level, written);
  // What is refused does not come back.
  const filled = by === undefined ? toldAt(level, ours(answer.body)) : [];
  const agree = isSame && violations.join() === told.join() && filled.length === 0;
  const difference = JSON.stringify({ level, theirs: violations, ours: told, filled, refusedBy: by });
  return { violations, disagreement: agree ? undefined : difference };
}

describe('the same as PodSecurity admission', () => {
  it('of thousands of pods, with the Policies in force on the API server', { timeout }, async () => {
    const hits = new Map<string, number>(packs.map(({ name }) => [name, 0]));
    const violating = { baseline: 0, restricted: 0 };
    const disagreements: string[] = [];
    const ask = async (pod: Pod, level: Level, written: readonly string[]) => {
      const answer = await admin.create(place(pod, namespaceOf(level)), '?dryRun=All');
      const { violations, disagreement } = heard(level, answer, written);
      if (disagreement !== undefined) disagreements.push(`${disagreement} on ${JSON.stringify(pod)}`);
      if (violations.length > 0) violating[level] += 1;
      for (const name of violations.filter((one) => fileOf(one).startsWith(`pod-security/${level}/`))) {
        hits.set(name, (hits.get(name) ?? 0) + 1);
      }
    };
    await inFlight(generated, async (pod) => {
      const written = ours(defaulted(place(pod, namespaceOf('baseline'))).object);
      await Promise.all(levels.map((level) => ask(pod, level, written)));
    });
    const percent = (level: Level) => `${((100 * violating[level]) / count).toFixed(1)} % violate ${level}`;
    console.log(
      `seed ${fc.readConfigureGlobal().seed}: ${count} pods asked of both, ${levels.map(percent).join(', ')}\n` +
        [...hits].map(([name, times]) => `  ${name} ${times}`).join('\n'),
    );
    expect(shown(disagreements)).toBe('');
    for (const level of levels) {
      expect(violating[level]).toBeGreaterThan(0.3 * count);
      expect(violating[level]).toBeLessThan(0.7 * count);
    }
    // Unmasked with the users of the host is what no API server takes.
    const rare = [...hits].filter(([name, times]) => times < 0.02 * count && name !== 'pss-proc-mount');
    expect(rare).toEqual([]);
  });

  it('on containers that are added to debug', { timeout }, async () => {
    const disagreements: string[] = [];
    const { seed = 0 } = fc.readConfigureGlobal();
    const containers = fc.sample(ephemeralContainers(), { numRuns: debuggedCount, seed });
    let violating = 0;
    const ask = async (container: Container, level: Level) => {
      const pod = running(namespaceOf(level));
      const spec = { ephemeralContainers: [container] };
      const answer = await admin.patch(pod, { spec }, '/ephemeralcontainers?dryRun=All');
      const written = ours(defaulted({ ...pod, spec: { ...pod.spec, ...spec } }).object);
      const { violations, disagreement } = heard(level, answer, written);
      if (disagreement !== undefined) disagreements.push(`${disagreement} on ${JSON.stringify(container)}`);
      if (violations.length > 0) violating += 1;
    };
    await inFlight(containers, (container) => Promise.all(levels.map((level) => ask(container, level))));
    console.log(`${debuggedCount} containers to debug with for each level, ${violating} refused`);
    expect(shown(disagreements)).toBe('');
    expect(violating).toBeGreaterThan(0.3 * debuggedCount);
  });
});
