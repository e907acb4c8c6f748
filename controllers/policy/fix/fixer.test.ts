import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import type { Client, JsonPatchOperation } from '../../../operator/client/client.ts';
import { createLog } from '../../../operator/manager/log.ts';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import type { KubernetesObject, ObjectKey } from '../../../operator/resources/object.ts';
import { patched } from '../admission/patched.ts';
import { answerOf } from '../compile/mutating.ts';
import { deployments } from './builders.ts';
import { Fixer } from './fixer.ts';
import { type FixedPolicy, Ledger, type Violator } from './ledger.ts';
import { Pace } from './pace.ts';
import { Recollection } from './recollection.ts';

interface Workload extends KubernetesObject {
  readonly spec: { readonly replicas: number };
}

/** What a fix makes of the replicas, by its mark. */
type Fixes = Readonly<Record<string, (replicas: number) => number>>;

/** An API server with one object of each name that is asked for, and fixes in force. */
function aServer(fixes: Fixes = {}) {
  const objects = new Map<string, Workload>();
  const asked: string[] = [];
  const is = { readable: true };
  const find = (verb: string, name: string) => {
    asked.push(`${verb} ${name}`);
    const problem = (status: number, reason: string, message: string) =>
      new ApiError({ verb, kind: 'Deployment', name }, status, { reason, message });
    if (!is.readable) throw problem(403, 'Forbidden', `User "a" cannot ${verb} resource "deployments"`);
    const object = objects.get(name);
    if (object === undefined) throw problem(404, 'NotFound', 'it is gone');
    return object;
  };
  const client = {
    get: async (_: unknown, { name }: { readonly name: string }) => find('get', name),
    patch: async (
      _: unknown,
      { name }: { readonly name: string },
      { body }: { readonly body: readonly JsonPatchOperation[] },
      { dryRun = false, fieldManager = '' },
    ) => {
      const object = find(dryRun ? 'try' : 'patch', name);
      const marks = Object.keys(fixes).filter((mark) => fieldManager.includes(mark));
      const changed = patched(
        { ...object },
        body.map((operation) => ({ ...operation })),
      ) as unknown as Workload;
      const answers = Object.fromEntries(marks.map((mark) => [answerOf(mark), 'asked']));
      const now: Workload = {
        ...changed,
        metadata: { ...changed.metadata, annotations: { ...changed.metadata.annotations, ...answers } },
        spec: {
          replicas: marks.reduce(
            (replicas, mark) => fixes[mark]?.(replicas) ?? replicas,
            changed.spec.replicas,
          ),
        },
      };
      if (!dryRun) objects.set(name, now);
      return now;
    },
  } as unknown as Client;
  const make = (name: string, uid = name) =>
    objects.set(name, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop', uid, resourceVersion: '1', annotations: {}, labels: {} },
      spec: { replicas: 1 },
    });
  const replicas = (name: string) => objects.get(name)?.spec.replicas;
  return { client, asked, is, make, replicas };
}

function aFixer(client: Client, perMinute = 60_000) {
  const clock = new ManualClock();
  const ledger = new Ledger(() => {});
  const fixer = new Fixer({
    client,
    discovery: { find: async () => undefined },
    recorder: { record: () => {} },
    metrics: { made: () => {}, found: () => {}, reverted: () => {}, eventDropped: () => {} },
    ledger,
    rate: { take: async () => {} },
    pace: new Pace(perMinute, clock),
    recollection: new Recollection(),
    now: () => clock.now(),
  });
  const look = (key: ObjectKey) =>
    fixer.reconcile(key, {
      signal: new AbortController().signal,
      log: createLog({ level: 'silent' }),
      failures: 0,
    });
  const violates = (name: string, policies: readonly string[], uid = name): ObjectKey => {
    const object: Violator = { resource: deployments, namespace: 'shop', name, uid, resourceVersion: '1' };
    const key = ledger.violates(object, policies);
    if (key === undefined) throw new Error('it is to be looked at');
    return key;
  };
  return { ledger, clock, look, violates };
}

const applies = (name: string, mark = name): FixedPolicy => ({ name, existing: 'Apply', mark });
const reasonOf = (ledger: Ledger, policy: string) =>
  ledger.statusOf(policy)?.objects?.map(({ name, reason }) => `${name} ${reason}`);

describe('a kind that may not be read', () => {
  it('is not asked of each object anew, but at once for a Policy that is another since', async () => {
    const { client, asked, is, make } = aServer({ other: () => 2 });
    const { ledger, look, violates } = aFixer(client);
    is.readable = false;
    ledger.follow([applies('p')]);
    for (const name of ['a', 'b']) {
      make(name);
      await look(violates(name, ['p']));
    }
    expect(asked).toEqual(['get a']);
    expect(reasonOf(ledger, 'p')).toEqual(['a Forbidden', 'b Forbidden']);
    is.readable = true;
    for (const key of ledger.follow([{ ...applies('p', 'other'), existing: 'Suggest' }])) await look(key);
    expect(reasonOf(ledger, 'p')).toEqual(['a Suggested', 'b Suggested']);
  });

  it('is asked again after a while, also for a Policy that is as it was', async () => {
    const { client, is, make } = aServer({ p: () => 2 });
    const { ledger, clock, look, violates } = aFixer(client);
    is.readable = false;
    ledger.follow([{ ...applies('p'), existing: 'Suggest' }]);
    make('a');
    const key = violates('a', ['p']);
    const { requeueAfter = 0 } = await look(key);
    is.readable = true;
    clock.advance(requeueAfter);
    await look(key);
    expect(reasonOf(ledger, 'p')).toEqual(['a Suggested']);
  });
});

it('a fix that is in the way of another, and is not made, holds that up no longer', async () => {
  const { client, make, replicas } = aServer({ restless: (before) => before + 1, calm: () => 5 });
  const { ledger, look, violates } = aFixer(client);
  ledger.follow([applies('a', 'restless'), applies('b', 'calm')]);
  make('web');
  await look(violates('web', ['a', 'b']));
  expect(replicas('web')).toBe(5);
  expect(reasonOf(ledger, 'a')).toEqual(['web NotSettling']);
});

it('objects are fixed one after another, and nothing is asked of the next before its time', async () => {
  const { client, asked, make, replicas } = aServer({ p: () => 2 });
  const { ledger, clock, look, violates } = aFixer(client, 10);
  ledger.follow([applies('p')]);
  for (const name of ['a', 'b']) make(name);
  const [first, second] = [violates('a', ['p']), violates('b', ['p'])];
  await look(first);
  expect(replicas('a')).toBe(2);
  asked.length = 0;
  expect(await look(second)).toEqual({ requeueAfter: 6000 });
  clock.advance(5999);
  expect(await look(second)).toEqual({ requeueAfter: 1 });
  expect(asked).toEqual([]);
  clock.advance(1);
  await look(second);
  expect(replicas('b')).toBe(2);
});

it('against a controller that undoes it at once, a fix comes no faster than others, and then no more', async () => {
  const { client, asked, make, replicas } = aServer({ p: () => 2 });
  const { ledger, clock, look, violates } = aFixer(client, 10);
  ledger.follow([applies('p')]);
  make('web');
  const key = violates('web', ['p']);
  const fixedAt: number[] = [];
  const anHour = 3_600_000;
  while (clock.now() < anHour) {
    const { requeueAfter = anHour } = await look(key);
    if (replicas('web') === 1) clock.advance(Math.min(requeueAfter, anHour));
    else {
      fixedAt.push(clock.now());
      // It writes the object whole, so that the object remembers nothing.
      make('web');
    }
  }
  expect(fixedAt).toEqual([0, 6000, 12_000]);
  expect(asked.filter((one) => one === 'patch web')).toHaveLength(3);
  expect(reasonOf(ledger, 'p')).toEqual(['web UndoneAgain']);
});

it('what was gone is forgotten, but not another of its name that came meanwhile', async () => {
  const { client, make } = aServer({ p: () => 2 });
  const { ledger, look, violates } = aFixer(client);
  ledger.follow([{ ...applies('p'), existing: 'Suggest' }]);
  const key = violates('web', ['p'], 'old');
  const looking = look(key);
  violates('web', ['p'], 'new');
  await looking;
  make('web', 'new');
  await look(key);
  expect(reasonOf(ledger, 'p')).toEqual(['web Suggested']);
});

it('what rests is looked at when its rest is over, whatever was looked at meanwhile', async () => {
  const { client, make } = aServer({ p: () => 2 });
  const { ledger, look, violates } = aFixer(client);
  ledger.follow([applies('p')]);
  make('web');
  const key = violates('web', ['p']);
  const until = 86_400;
  const state = '1,p=Apply p';
  ledger.found(
    key,
    state,
    new Map([['p', { reason: 'UndoneAgain', message: '', changes: [], until, mark: 'p' }]]),
  );
  expect(await look(key)).toEqual({ requeueAfter: until * 1000 });
});
