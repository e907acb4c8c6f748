import { describe, expect, test } from 'vitest';
import { proportional } from './proportion.ts';
import { type Bounds, type Pool, roll } from './rollingUpdate.ts';

/** Old and new pods, as they are and as they become. */
function next(old: Partial<Pool>, fresh: Partial<Pool>, bounds: Bounds) {
  const before: Pool = { hash: 'old', desired: 0, available: 0, want: 0, ...old };
  const after: Pool = { hash: 'new', desired: 0, available: 0, want: bounds.replicas, ...fresh };
  return Object.fromEntries(roll([after, before], [before, after], bounds));
}

describe('a rolling update, as apps/v1 documents it', () => {
  const ten: Bounds = { replicas: 10, surge: 3, unavailable: 2 };

  test('begins with as many new pods as the surge allows, and as many old ones fewer as may be missing', () => {
    expect(next({ desired: 10, available: 10 }, {}, ten)).toEqual({ old: 8, new: 3 });
    expect(next({ desired: 8, available: 8 }, { desired: 3 }, ten)).toEqual({ old: 8, new: 5 });
  });

  test('stays there while the new pods do not become available', () => {
    expect(next({ desired: 8, available: 8 }, { desired: 5 }, ten)).toEqual({ old: 8, new: 5 });
  });

  test('takes an old pod away for each new one that is available', () => {
    expect(next({ desired: 8, available: 8 }, { desired: 5, available: 4 }, ten)).toEqual({ old: 4, new: 5 });
  });

  test('of three pods with the defaults, there are never fewer than three nor more than four', () => {
    const three: Bounds = { replicas: 3, surge: 1, unavailable: 0 };
    expect(next({ desired: 3, available: 3 }, {}, three)).toEqual({ old: 3, new: 1 });
    expect(next({ desired: 3, available: 3 }, { desired: 1 }, three)).toEqual({ old: 3, new: 1 });
    expect(next({ desired: 3, available: 3 }, { desired: 1, available: 1 }, three)).toEqual({
      old: 2,
      new: 1,
    });
    expect(next({ desired: 2, available: 2 }, { desired: 1, available: 1 }, three)).toEqual({
      old: 2,
      new: 2,
    });
  });

  test('takes old pods first that are not available anyway', () => {
    expect(next({ desired: 10, available: 6 }, { desired: 3, available: 3 }, ten)).toEqual({
      old: 5,
      new: 3,
    });
  });

  test('pods of a revision that was given up need not be waited for', () => {
    const bounds: Bounds = { replicas: 3, surge: 0, unavailable: 1 };
    const old: Partial<Pool> = { desired: 2, available: 0 };
    expect(next(old, { desired: 2, available: 1 }, bounds)).toEqual({ old: 1, new: 2 });
    expect(next({ ...old, abandoned: true }, { desired: 2, available: 1 }, bounds)).toEqual({
      old: 0,
      new: 2,
    });
  });

  test('at zero replicas everything goes', () => {
    expect(next({ desired: 3, available: 3 }, {}, { replicas: 0, surge: 0, unavailable: 0 })).toEqual({
      old: 0,
      new: 0,
    });
  });
});

describe('scaling in the middle of a rolling update, as apps/v1 documents it', () => {
  const pools = [
    { hash: 'old', desired: 8, sizedFor: 10, createdAt: 1 },
    { hash: 'new', desired: 5, sizedFor: 10, createdAt: 2 },
  ];

  test('from 10 to 15: three more of the old and two of the new', () => {
    expect(Object.fromEntries(proportional(pools, 15, () => 3))).toEqual({ old: 11, new: 7 });
  });

  test('down to 5, each gives its share', () => {
    expect(Object.fromEntries(proportional(pools, 5, () => 3))).toEqual({ old: 5, new: 3 });
  });

  test('to zero, nothing is left', () => {
    expect(Object.fromEntries(proportional(pools, 0, () => 0))).toEqual({ old: 0, new: 0 });
  });

  test('who was sized already, before a crash, is not sized again', () => {
    const sized = [
      { hash: 'old', desired: 11, sizedFor: 15, createdAt: 1 },
      { hash: 'new', desired: 5, sizedFor: 10, createdAt: 2 },
    ];
    expect(Object.fromEntries(proportional(sized, 15, () => 3))).toEqual({ old: 11, new: 7 });
  });
});
