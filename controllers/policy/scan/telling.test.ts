import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { aCandidate, someFacts } from '../compile/builders.ts';
import { type Followed, Roster } from './roster.ts';
import { Telling } from './telling.ts';

function setUp() {
  const clock = new ManualClock();
  const told: string[] = [];
  const busy = new Set<unknown>();
  const roster = new Roster();
  roster.update([aCandidate('a'), aCandidate('b')], someFacts());
  const telling = new Telling({
    clock,
    isPending: (policy) => busy.has(policy.name),
    isReady: (namespace) => !busy.has(namespace),
    policy: (name) => told.push(name),
    namespace: (name) => told.push(`namespace ${name}`),
  });
  const of = (name: string): Followed => {
    const policy = roster.get(name);
    if (policy === undefined) throw new Error(`no ${name}`);
    return policy;
  };
  const heard = () => told.splice(0);
  return { clock, telling, busy, of, heard };
}

describe('what is told of Policies', () => {
  it('comes soon, and once however often it changes', () => {
    const { clock, telling, of, heard } = setUp();
    for (let time = 0; time < 10; time += 1) telling.change(of('a'));
    expect(heard()).toEqual([]);
    clock.advance(200);
    expect(heard()).toEqual(['a']);
    clock.advance(10_000);
    expect(heard()).toEqual([]);
  });

  it('comes again after a second at the earliest', () => {
    const { clock, telling, of, heard } = setUp();
    telling.change(of('a'));
    clock.advance(200);
    telling.change(of('a'));
    telling.change(of('b'));
    expect(heard()).toEqual(['a']);
    clock.advance(999);
    expect(heard()).toEqual([]);
    clock.advance(1);
    expect(heard()).toEqual(['a', 'b']);
  });

  it('comes each second while something is pending', () => {
    const { clock, telling, busy, of, heard } = setUp();
    busy.add('a');
    telling.change(of('a'));
    clock.advance(200);
    clock.advance(1000);
    busy.delete('a');
    clock.advance(1000);
    clock.advance(5000);
    expect(heard()).toEqual(['a', 'a', 'a']);
  });
});

describe('what is told of namespaces', () => {
  it('comes when all that is in them has been looked at', () => {
    const { clock, telling, busy, heard } = setUp();
    busy.add('shop');
    telling.touch('shop');
    telling.touch('calm');
    clock.advance(0);
    expect(heard()).toEqual(['namespace calm']);
    telling.done('shop');
    expect(heard()).toEqual([]);
    busy.delete('shop');
    telling.done('shop');
    telling.done('shop');
    expect(heard()).toEqual(['namespace shop']);
  });
});
