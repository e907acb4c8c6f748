import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../operator/queue/manualClock.ts';
import { RecentContents, type SecretContent } from './recentContents.ts';

const secret = (length: number): SecretContent => ({ type: 'Opaque', data: { key: 'x'.repeat(length) } });

describe('contents of sources', () => {
  it('are there for a minute, and then not', () => {
    const clock = new ManualClock();
    const recent = new RecentContents(clock);
    recent.add('a', secret(10));
    clock.advance(59_000);
    expect(recent.get('a')).toEqual(secret(10));
    clock.advance(2000);
    expect(recent.get('a')).toBeUndefined();
  });

  it('that are large are not kept', () => {
    const recent = new RecentContents(new ManualClock());
    recent.add('a', secret(300_000));
    expect(recent.get('a')).toBeUndefined();
  });

  it('make room for newer ones, and never take more than they may', () => {
    const recent = new RecentContents(new ManualClock());
    for (let index = 0; index < 20; index += 1) recent.add(String(index), secret(200_000));
    const kept = Array.from({ length: 20 }, (_, index) => String(index)).filter((digest) =>
      recent.get(digest),
    );
    expect(kept).toEqual(['11', '12', '13', '14', '15', '16', '17', '18', '19']);
  });
});
