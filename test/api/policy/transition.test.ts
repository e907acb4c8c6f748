import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../../controllers/policy/compile/index.ts';
import { transition } from '../../../controllers/policy/compile/transition.ts';
import { facts, policy, Stage } from './stage.ts';
import { pod } from './workloads.ts';

let stage: Stage;

const [deny, others] = ['policy-one', 'policy-other'] as const;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(others);
});

afterAll(() => stage[Symbol.asyncDispose]());

describe('one Policy more or less', () => {
  const both = [policy('one', deny), policy('two', deny)];

  it('leaves no moment in which the others are not enforced', async () => {
    const match = { workloads: true, namespaces: [others] };
    const of = (name: string, label: string) => ({
      ...policy(name, others, {
        match,
        rules: [
          {
            name: 'label',
            expression: `object.metadata.?labels.?${label}.orValue('') != 'bad'`,
            message: 'no bad',
          },
        ],
      }),
    });
    const before = compile([of('first', 'a'), of('second', 'b')], facts()).objects;
    const after = compile([of('first', 'a')], facts()).objects;
    await stage.put(before);
    const bad = pod(others, 'a', 'good/1', { labels: { a: 'bad' } });
    let asked = 0;
    const watching = new AbortController();
    const holes: number[] = [];
    const watch = (async () => {
      while (!watching.signal.aborted) {
        asked += 1;
        if ((await stage.refusal(bad)) === undefined) holes.push(asked);
      }
    })();
    const judged = () => 0;
    expect(transition(after, before, judged, Date.now()).missing).toEqual(after);
    await stage.put(after);
    const settled = transition(after, [...before, ...after], judged, Date.now());
    expect(settled.obsolete.map(({ metadata }) => metadata.name)).toEqual(
      before.map(({ metadata }) => metadata.name),
    );
    await stage.take(before);
    watching.abort();
    await watch;
    expect({ holes, asked }).toEqual({ holes: [], asked: expect.any(Number) });
    expect(asked).toBeGreaterThan(5);
    const second = pod(others, 'a', 'good/1', { labels: { b: 'bad' } });
    expect(await stage.refusal(second)).toBeUndefined();
  });

  it('the server gives back what was sent, so that a difference is somebody’s change', async () => {
    const [sent] = compile(both, facts()).objects;
    if (sent === undefined) throw new Error('nothing was made');
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
    const answer = await stage.client.request<typeof sent>({
      method: 'POST',
      path,
      query: { dryRun: 'All' },
      body: sent,
    });
    expect(answer.spec).toEqual(sent.spec);
  });
});
