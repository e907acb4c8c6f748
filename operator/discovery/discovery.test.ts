import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../client/client.ts';
import { ManualClock } from '../queue/manualClock.ts';
import { Discovery } from './discovery.ts';

const widgets = (scope: string) => ({
  resource: 'widgets',
  responseKind: { group: 'example.com', version: 'v1', kind: 'Widget' },
  scope,
  verbs: ['get'],
  subresources: [{ subresource: 'scale' }],
});
const groups = [
  {
    metadata: { name: 'example.com' },
    versions: [
      { version: 'v2', freshness: 'Stale', resources: [widgets('Namespaced')] },
      {
        version: 'v1',
        freshness: 'Current',
        resources: [
          widgets('Namespaced'),
          { resource: 'gadgets', responseKind: { kind: 'Gadget' }, scope: 'Cluster' },
        ],
      },
    ],
  },
];

/** A server that says so, until told otherwise. */
function server() {
  const asked: string[] = [];
  let answer: (path: string) => Promise<unknown> = async (path) => ({
    kind: 'APIGroupDiscoveryList',
    items: path === '/apis' ? groups : [],
  });
  const clock = new ManualClock();
  const request = async <Answer>({ path }: RawRequest): Promise<Answer> => {
    asked.push(path);
    return (await answer(path)) as Answer;
  };
  return {
    discovery: new Discovery({ client: { request }, clock, maxAge: 1000 }),
    asked,
    clock,
    answers: (next: typeof answer) => {
      answer = next;
    },
  };
}

describe('discovery', () => {
  it('finds a kind in the version that the server prefers of it, or in the one asked for', async () => {
    const { discovery } = server();
    const group = 'example.com';
    expect(await discovery.find({ group, kind: 'Widget' })).toMatchObject({
      version: 'v2',
      plural: 'widgets',
      scope: 'Namespaced',
      subresources: ['scale'],
      stale: true,
    });
    expect(await discovery.find({ group, kind: 'Widget', version: 'v1' })).toMatchObject({ stale: false });
    expect(await discovery.find({ group, kind: 'Gadget' })).toMatchObject({
      version: 'v1',
      scope: 'Cluster',
    });
    expect(await discovery.find({ group: '', kind: 'Widget' })).toBeUndefined();
  });

  it('asks once for everybody, until the answer is old or said to be wrong', async () => {
    const { discovery, asked, clock } = server();
    await Promise.all([discovery.served(), discovery.served()]);
    clock.advance(999);
    await discovery.served();
    expect(asked).toEqual(['/api', '/apis']);
    clock.advance(1);
    await discovery.served();
    expect(asked.length).toBe(4);
    discovery.expire();
    await discovery.served();
    expect(asked.length).toBe(6);
  });

  it('keeps no failure', async () => {
    const { discovery, answers } = server();
    answers(() => Promise.reject(new Error('down')));
    await expect(discovery.served()).rejects.toThrow('down');
    answers(async () => ({ kind: 'APIGroupList', groups: [] }));
    await expect(discovery.served()).rejects.toThrow('older than 1.30');
    answers(async () => ({ kind: 'APIGroupDiscoveryList' }));
    expect(await discovery.served()).toEqual([]);
  });
});
