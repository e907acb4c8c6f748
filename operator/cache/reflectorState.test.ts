import { expect, test } from 'vitest';
import { ApiError } from '../client/apiError.ts';
import { ReflectorBackoff } from './reflectorBackoff.ts';
import { nextState, type ReflectorOutcome, type ReflectorState } from './reflectorState.ts';

const listing: ReflectorState = { phase: 'Listing', paged: true };
const watching: ReflectorState = { phase: 'Watching', resourceVersion: '7' };
const broken = new Error('broken');

function refused(status: number, retryAfter?: number): ApiError {
  return new ApiError({ verb: 'watch', kind: 'Pod', name: '' }, status, {}, retryAfter);
}

function waiting(next: typeof listing | typeof watching, trouble: unknown, delay = 800): unknown {
  return { phase: 'Waiting', next, trouble, delay };
}

test.each([
  ['a list is followed by its watch', listing, { type: 'Listed', resourceVersion: '7' }, watching],
  [
    'a list that fails is tried again later',
    listing,
    { type: 'ListFailed', error: broken, paged: true },
    waiting(listing, broken),
  ],
  [
    'a page that expired is not asked for again',
    listing,
    { type: 'ListFailed', error: refused(410), paged: true },
    expect.objectContaining({ phase: 'Waiting', next: { phase: 'Listing', paged: false } }),
  ],
  [
    'a watch that ends is resumed at once',
    watching,
    { type: 'WatchEnded', resourceVersion: '9', lived: 300_000, events: 0 },
    { phase: 'Watching', resourceVersion: '9' },
  ],
  [
    'so is one that brought something',
    watching,
    { type: 'WatchEnded', resourceVersion: '9', lived: 1, events: 1 },
    { phase: 'Watching', resourceVersion: '9' },
  ],
  [
    'one that did neither is not',
    watching,
    { type: 'WatchEnded', resourceVersion: '7', lived: 1, events: 0 },
    expect.objectContaining({ phase: 'Waiting', next: listing }),
  ],
  [
    'a server that was away is listed again',
    watching,
    { type: 'WatchFailed', error: broken, resourceVersion: '7', events: 5 },
    waiting(listing, broken),
  ],
  [
    'what is too old is listed at once',
    watching,
    { type: 'WatchFailed', error: refused(410), resourceVersion: '7', events: 5 },
    listing,
  ],
  [
    'but not in a loop',
    watching,
    { type: 'WatchFailed', error: refused(410), resourceVersion: '7', events: 0 },
    expect.objectContaining({ phase: 'Waiting', delay: 800 }),
  ],
  [
    'a busy server is given the time that it asks for',
    watching,
    { type: 'WatchFailed', error: refused(429, 5000), resourceVersion: '9', events: 0 },
    expect.objectContaining({
      phase: 'Waiting',
      delay: 5000,
      next: { phase: 'Watching', resourceVersion: '9' },
    }),
  ],
  [
    'within bounds',
    listing,
    { type: 'ListFailed', error: refused(503, 86_400_000), paged: true },
    expect.objectContaining({ phase: 'Waiting', delay: 300_000 }),
  ],
] satisfies [
  string,
  ReflectorState,
  ReflectorOutcome,
  unknown,
][])('%s', (_name, state, outcome, expected) => {
  expect(nextState(state, outcome, () => 800)).toEqual(expected);
});

test('after the wait comes what was waited for', () => {
  const state: ReflectorState = { phase: 'Waiting', delay: 1, trouble: broken, next: watching };
  expect(nextState(state, { type: 'Waited' }, () => 0)).toEqual(watching);
});

test('waits double from 0.8 s to 30 s, and begin anew after 120 s of health', () => {
  let now = 0;
  const backoff = new ReflectorBackoff({ now: () => now, random: () => 0 });
  const waits = Array.from({ length: 8 }, () => {
    const wait = backoff.next();
    now += wait;
    return wait;
  });
  expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  now += 119_999;
  expect(backoff.next()).toBe(30_000);
  now += 30_000 + 120_000;
  expect(backoff.next()).toBe(800);
});

test('waits are spread by chance, so that reflectors do not come back all at once', () => {
  expect(new ReflectorBackoff({ now: () => 0, random: () => 0.5 }).next()).toBe(1200);
});
