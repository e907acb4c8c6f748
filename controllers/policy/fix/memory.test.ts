import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotations } from '../../../crds/policy/names.ts';
import { aWorkload, noon } from './builders.ts';
import type { Change } from './changes.ts';
import { annotationOf, type Deed, deedsOf, latest, madeAgain, restsUntil } from './memory.ts';

const changes: readonly Change[] = [
  { path: ['spec', 'template', 'spec', 'containers', { name: 'a' }, 'tty'], after: false, there: 3 },
  { path: ['spec', 'replicas'], before: 1, after: 2 },
];
const deed: Deed = { m: 'm', t: noon, n: 1, c: changes };
const withText = (text: string, uid = 'u') => aWorkload({ uid, annotations: { [annotations.fixes]: text } });

describe('what an object remembers of its fixes', () => {
  it('is read as it was written', () => {
    const { value, leftOut } = annotationOf('u', { p: deed, q: { ...deed, c: undefined, r: 'request' } });
    expect(deedsOf(withText(value))).toEqual({ p: deed, q: { m: 'm', t: noon, n: 1, r: 'request' } });
    expect(leftOut).toEqual([]);
  });

  it('is nothing where it was copied from another object, as a ReplicaSet has its Deployment’s annotations', () => {
    expect(deedsOf(withText(annotationOf('u', { p: deed }).value, 'another'))).toEqual({});
  });

  it.for([
    '',
    '{',
    '[]',
    '{"uid":"u"}',
    '{"uid":"u","by":{"p":{"m":1}}}',
    '{"uid":"u","by":{"p":{"m":"m","t":1,"n":1,"c":[{"path":[]}]}}}',
  ])('is nothing where it is %s', (text) => {
    expect(deedsOf(withText(text))).toEqual({});
  });

  it('leaves out the largest changes where they have no room, and says whose', () => {
    const large: Deed = { ...deed, c: [{ path: ['data', 'a'], before: 'x'.repeat(9000), after: '' }] };
    const { value, leftOut } = annotationOf('u', { small: deed, large });
    expect(leftOut).toEqual(['large']);
    expect(deedsOf(withText(value))).toEqual({ small: deed, large: { m: 'm', t: noon, n: 1 } });
    expect(Buffer.byteLength(value)).toBeLessThanOrEqual(8192);
  });
});

describe('a fix that is undone', () => {
  const hour = 3600;

  it('is made three times, and then once a day', () => {
    const made: number[] = [];
    let last: Deed | undefined;
    for (let time = noon; time < noon + 72 * hour; time += hour) {
      if (restsUntil(last, 'm', time) !== undefined) continue;
      last = madeAgain(last, 'm', [], time);
      made.push((time - noon) / hour);
    }
    expect(made).toEqual([0, 1, 2, 26, 50]);
  });

  it('is made at once where it is another fix, and where it had held for two days', () => {
    const often: Deed = { ...deed, n: 5 };
    expect(restsUntil(often, 'm', noon + hour)).toBe(noon + 24 * hour);
    expect(restsUntil(often, 'other', noon + hour)).toBeUndefined();
    expect(madeAgain(often, 'other', [], noon + hour).n).toBe(1);
    expect(madeAgain(often, 'm', [], noon + 48 * hour).n).toBe(1);
    expect(madeAgain(often, 'm', [], noon + 47 * hour).n).toBe(6);
  });

  it('is never made more than three times within a day, whenever it is undone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 * hour }), { maxLength: 60 }), (pauses) => {
        const made: number[] = [];
        let [last, time]: [Deed | undefined, number] = [undefined, noon];
        for (const pause of pauses) {
          time += pause;
          if (restsUntil(last, 'm', time) !== undefined) continue;
          last = madeAgain(last, 'm', [], time);
          made.push(time);
        }
        const withinADay = (from: number) => made.filter((at) => at >= from && at < from + 24 * hour).length;
        expect(Math.max(0, ...made.map(withinADay))).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('keeps what was changed before, but for what is changed again; after it was taken back only the new', () => {
    const again: Change = { path: ['spec', 'replicas'], before: 3, after: 2 };
    expect(madeAgain(deed, 'm', [again], noon + 1).c).toEqual([changes[0], again]);
    expect(madeAgain({ ...deed, r: 'request' }, 'n', [again], noon + 1)).toEqual({
      m: 'n',
      t: noon + 1,
      n: 1,
      c: [again],
    });
  });

  it('is remembered by the process where the annotation went with it', () => {
    const later: Deed = { ...deed, t: noon + 1, n: 2 };
    expect(latest(undefined, deed)).toBe(deed);
    expect(latest(deed, later)).toBe(later);
    expect(latest(later, deed)).toBe(later);
    expect(latest({ ...deed, n: 3 }, deed)?.n).toBe(3);
  });
});
