import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Contention } from './contention.ts';

function fightAt(): { readonly contention: Contention; pass(milliseconds: number): void } {
  let now = 0;
  return {
    contention: new Contention({ now: () => now }),
    pass: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** Somebody undoes every repair at once; returns how long each repair had to wait. */
function fight(repairs: number): readonly number[] {
  const { contention, pass } = fightAt();
  const waits: number[] = [];
  for (let repair = 0; repair < repairs; repair += 1) {
    pass(100);
    const ruling = contention.ask('a');
    waits.push(ruling.allowed ? 0 : ruling.wait);
    if (!ruling.allowed) pass(ruling.wait);
    expect(contention.ask('a').allowed).toBe(true);
    contention.repaired('a');
  }
  return waits;
}

describe('a fought-over object', () => {
  it('is repaired at once three times, then ever more rarely, but at least every five minutes', () => {
    expect(fight(10)).toEqual([0, 0, 0, 9_900, 19_900, 39_900, 79_900, 159_900, 299_900, 299_900]);
  });

  it('says how often it was repaired', () => {
    const { contention } = fightAt();
    for (let repair = 0; repair < 3; repair += 1) contention.repaired('a');
    expect(contention.ask('a')).toEqual({ allowed: false, wait: 10_000, repairs: 3 });
    expect(contention.ask('b')).toEqual({ allowed: true, fought: false });
  });

  it('is repaired at once again when a repair has held for a minute and longer than its wait', () => {
    const { contention, pass } = fightAt();
    for (let repair = 0; repair < 3; repair += 1) contention.repaired('a');
    pass(60_001);
    expect(contention.ask('a')).toEqual({ allowed: true, fought: false });
    contention.repaired('a');
    expect(contention.ask('a').allowed).toBe(true);
  });

  it('stays fought over when it was undone early and asked about only after the wait', () => {
    const { contention, pass } = fightAt();
    for (let repair = 0; repair < 3; repair += 1) contention.repaired('a');
    contention.ask('a');
    pass(70_000);
    expect(contention.ask('a')).toEqual({ allowed: true, fought: true });
    contention.repaired('a');
    expect(contention.ask('a')).toMatchObject({ allowed: false, wait: 20_000 });
  });

  it('goes on where a repair held for minutes, but not for as long as it had to wait', () => {
    const { contention, pass } = fightAt();
    for (let repair = 0; repair < 7; repair += 1) contention.repaired('a');
    pass(100_000);
    expect(contention.ask('a')).toMatchObject({ allowed: false, wait: 60_000 });
  });

  it('is not made of repairs that lie far apart', () => {
    const { contention, pass } = fightAt();
    for (let repair = 0; repair < 20; repair += 1) {
      expect(contention.ask('a').allowed).toBe(true);
      contention.repaired('a');
      pass(30_001);
    }
  });

  it('is forgotten when too many others have been repaired since', () => {
    const contention = new Contention({ remembered: 100, now: () => 0 });
    for (let object = 0; object < 1_000; object += 1) contention.repaired(String(object));
    expect(contention.size).toBe(100);
  });

  it('property: never more than three repairs in any ten seconds, whenever it is undone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 60 }), (pauses) => {
        const { contention, pass } = fightAt();
        const repairs: number[] = [];
        let now = 0;
        for (const pause of pauses) {
          pass(pause);
          now += pause;
          if (!contention.ask('a').allowed) continue;
          contention.repaired('a');
          repairs.push(now);
        }
        for (const [index, at] of repairs.entries()) {
          const third = repairs[index + 3];
          if (third !== undefined) expect(third - at).toBeGreaterThanOrEqual(10_000);
        }
      }),
    );
  });
});
