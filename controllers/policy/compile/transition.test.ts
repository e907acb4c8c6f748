import { expect, it } from 'vitest';
import { aCandidate, someFacts } from './builders.ts';
import { compile } from './index.ts';
import type { CompiledObject } from './objects.ts';
import { type LiveObject, overlap, transition } from './transition.ts';

const now = Date.UTC(2027, 0, 1);
const objectsOf = (...names: readonly string[]) =>
  compile(
    names.map((name) => aCandidate(name)),
    someFacts(),
  ).objects;
const live = (objects: readonly CompiledObject[], seconds: number) =>
  objects.map((object) => ({ ...object, wait: overlap - seconds * 1000 }));
const wait = (one: { readonly wait: number }) => one.wait;
const kinds = (objects: readonly LiveObject[]) => objects.map(({ kind }) => kind);

it('with all there, there is nothing to do', () => {
  const objects = objectsOf('a', 'b');
  expect(transition(objects, live(objects, 0), wait, now)).toEqual({
    missing: [],
    obsolete: [],
    until: undefined,
  });
});

it('makes what is new, and leaves the old until the new has stood beside it', () => {
  const old = objectsOf('a', 'b');
  const desired = objectsOf('a', 'b', 'c');
  expect(transition(desired, live(old, 100), wait, now)).toEqual({
    missing: desired,
    obsolete: [],
    until: undefined,
  });

  const young = transition(desired, [...live(old, 100), ...live(desired, 5)], wait, now);
  expect(young).toEqual({ missing: [], obsolete: [], until: now + 10_000 });

  const settled = transition(desired, [...live(old, 100), ...live(desired, 15)], wait, now);
  expect(kinds(settled.obsolete)).toEqual(kinds(old));
});

it('with one Policy less, the others are enforced by the old object until the new one has stood', () => {
  const old = objectsOf('a', 'b');
  const desired = objectsOf('a');
  expect(transition(desired, live(old, 100), wait, now).obsolete).toEqual([]);
});

it('a policy without its binding is not enforced, so the old stays', () => {
  const old = objectsOf('a', 'b');
  const desired = objectsOf('a');
  const half = live(desired.slice(0, 1), 100);
  expect(transition(desired, [...live(old, 100), ...half], wait, now)).toEqual({
    missing: desired.slice(1),
    obsolete: [],
    until: undefined,
  });
});

it('what no Policy asks for any more goes at once', () => {
  const old = objectsOf('a');
  expect(transition(objectsOf('b'), live(old, 0), wait, now).obsolete).toHaveLength(2);
});
