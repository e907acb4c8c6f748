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
import { ephemeralContainers, type Pod, pods } from './podSecurityPods.ts';
import { facts, Stage } from './stage.ts';

/**
 * The Pod Security packs and Kubernetes' own PodSecurity admission agree: on whether a pod is good, and on each control that it
 * violates. `SEED=random` tries other pods, and `POD_SECURITY_PODS=500` fewer.
 */

const count = Number(process.env.POD_SECURITY_PODS ?? 5200);
/** Of these, also judged as they were written, with what we fill in where the API server does. */
const writtenCount = 1000;
/** Of these, also asked of the API server with the Policies in force. */
const deniedCount = Math.min(count, 1200);
const debuggedCount = 400;
/** The limit is for a machine that does much else. */
const timeout = 600_000;

const levels: readonly Level[] = ['baseline', 'restricted'];
const warned = (level: Level) => `pod-security-${level}`;
const denied = (level: Level) => `pod-security-denies-${level}`;

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
    await stage.namespace(warned(level), warnsOf(level));
    // It warns before a Policy refuses.
    await stage.namespace(denied(level), warnsOf(level));
    for (const namespace of [warned(level), denied(level)]) await done(admin.create(running(namespace)));
  }
  const { objects } = await stage.enforce(
    levels.flatMap((level) =>
      packOf(level).map(({ name, spec }) => ({
        name: `${name}-${level}`,
        spec: { ...spec, match: { ...spec.match, namespaces: [denied(level)] } },
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

interface Disagreement {
  readonly level: Level;
  readonly theirs: unknown;
  readonly ours: unknown;
  readonly on: unknown;
}

/** The first few, the shortest first. */
function shown(disagreements: readonly Disagreement[]): string {
  const texts = disagreements.map((one) => JSON.stringify(one)).toSorted((a, b) => a.length - b.length);
  return texts.length === 0 ? '' : `${texts.length} in all:\n${texts.slice(0, 10).join('\n')}`;
}

function place(pod: Pod, namespace: string): Pod {
  return { ...pod, metadata: { ...pod.metadata, namespace } };
}

function taken({ status, message }: Answer, pod: unknown): void {
  if (status >= 300) throw new Error(`${status}: ${message}: ${JSON.stringify(pod)}`);
}

describe('the same as PodSecurity admission', () => {
  it('on each control of thousands of pods', { timeout }, async () => {
    const hits = new Map<string, number>(packs.map(({ name }) => [name, 0]));
    const refused = { baseline: 0, restricted: 0 };
    const disagreements: Disagreement[] = [];
    await inFlight(generated, async (pod, index) => {
      const answers = await Promise.all(
        levels.map((level) => admin.create(place(pod, warned(level)), '?dryRun=All')),
      );
      for (const answer of answers) taken(answer, pod);
      const all = ours(answers[0]?.body ?? {});
      const written = index < writtenCount ? ours(defaulted(place(pod, warned('baseline'))).object) : all;
      for (const [at, level] of levels.entries()) {
        const theirs = violated(level, answers[at]?.warnings ?? []);
        const told = toldAt(level, all);
        if (theirs.join() !== told.join()) disagreements.push({ level, theirs, ours: told, on: pod });
        const unfilled = written === undefined ? theirs : toldAt(level, written);
        if ((theirs.length === 0) !== (unfilled.length === 0)) {
          disagreements.push({ level, theirs, ours: unfilled, on: pod });
        }
        if (theirs.length > 0) refused[level] += 1;
        for (const name of theirs.filter((one) => fileOf(one).startsWith(`pod-security/${level}/`))) {
          hits.set(name, (hits.get(name) ?? 0) + 1);
        }
      }
    });
    const percent = (level: Level) => `${((100 * refused[level]) / count).toFixed(1)} % violate ${level}`;
    console.log(
      `seed ${fc.readConfigureGlobal().seed}: ${count} pods, ${levels.map(percent).join(', ')}\n` +
        [...hits].map(([name, times]) => `  ${name} ${times}`).join('\n'),
    );
    expect(shown(disagreements)).toBe('');
    for (const level of levels) {
      expect(refused[level]).toBeGreaterThan(0.3 * count);
      expect(refused[level]).toBeLessThan(0.7 * count);
    }
    // Unmasked with the users of the host is what no API server takes.
    const rare = [...hits].filter(([name, times]) => times < 0.02 * count && name !== 'pss-proc-mount');
    expect(rare).toEqual([]);
  });

  it('with the Policies in force on the API server', { timeout }, async () => {
    const disagreements: Disagreement[] = [];
    let refused = 0;
    await inFlight(
      generated.slice(0, deniedCount).flatMap((pod) => levels.map((level) => ({ pod, level }))),
      async ({ pod, level }) => {
        const answer = await admin.create(place(pod, denied(level)), '?dryRun=All');
        const by = /Policy (pss-[a-z-]+)-(?:baseline|restricted), rule /.exec(answer.message)?.[1];
        if (answer.status >= 300) {
          refused += 1;
          if (by === undefined) throw new Error(answer.message);
        }
        const controls = violated(level, answer.warnings);
        const agree =
          by === undefined
            ? controls.length === 0
            : controls.includes(by) || (controls.length > 0 && replaced.has(by));
        if (!agree) disagreements.push({ level, theirs: controls, ours: by ?? 'taken', on: pod });
      },
      16,
    );
    console.log(`${deniedCount} pods asked of the API server for each level, ${refused} refused`);
    expect(shown(disagreements)).toBe('');
  });

  it('on containers that are added to debug', { timeout }, async () => {
    const disagreements: Disagreement[] = [];
    const { seed = 0 } = fc.readConfigureGlobal();
    const containers = fc.sample(ephemeralContainers(), { numRuns: debuggedCount, seed });
    let refused = 0;
    await inFlight(
      containers.flatMap((container) => levels.map((level) => ({ container, level }))),
      async ({ container, level }) => {
        const change = { spec: { ephemeralContainers: [container] } };
        const debug = (namespace: string) =>
          admin.patch(running(namespace), change, '/ephemeralcontainers?dryRun=All');
        const [theirs, answer] = await Promise.all([debug(warned(level)), debug(denied(level))]);
        taken(theirs, container);
        const controls = violated(level, theirs.warnings);
        const told = toldAt(level, ours(theirs.body));
        if (controls.length > 0) refused += 1;
        if (controls.join() !== told.join() || controls.length > 0 !== answer.status >= 300) {
          disagreements.push({ level, theirs: controls, ours: [told, answer.message], on: container });
        }
      },
    );
    console.log(`${debuggedCount} containers to debug with for each level, ${refused} refused`);
    expect(shown(disagreements)).toBe('');
    expect(refused).toBeGreaterThan(0.3 * debuggedCount);
  });
});
