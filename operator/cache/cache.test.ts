import { expect, test } from 'vitest';
import { type KubernetesObject, keyOf } from '../resources/object.ts';
import { Cache } from './cache.ts';

interface Thing extends KubernetesObject {
  readonly selected: boolean;
}

const key = keyOf({ name: 'a' });

function thing(resourceVersion: string, uid = 'uid-1', selected = true): Thing {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', uid, resourceVersion }, selected };
}

/** A cache that has listed nothing at version 10, and what its handlers heard. */
function listed(options: { readonly admit?: (sent: Thing) => Thing } = {}) {
  const heard: string[] = [];
  const cache = new Cache<Thing>({
    ...options,
    indexes: {},
    selects: ({ selected }) => selected,
    onChange: ({ type, origin, object }) =>
      heard.push(`${type} ${origin} ${object.metadata.resourceVersion}`),
  });
  cache.beginList();
  cache.endList('10');
  return { cache, heard, version: () => cache.store.get(key)?.metadata.resourceVersion };
}

test('a server restored from a backup is believed, though our writes were later', () => {
  const { cache, version } = listed();
  cache.observeWrite(thing('900'));
  expect(version()).toBe('900');
  cache.beginList();
  cache.addPage([thing('20')], '50');
  cache.endList('50');
  expect(version()).toBe('20');
  expect(cache.unconfirmed).toBe(0);
});

test('a write that was answered while a list was on its way is not undone by the list', () => {
  const { cache, version } = listed();
  cache.beginList();
  cache.observeWrite(thing('60'));
  cache.addPage([thing('20')], '50');
  cache.endList('50');
  expect(version()).toBe('60');
  cache.event('MODIFIED', thing('60'), '60');
  expect(cache.unconfirmed).toBe(0);
});

test('an own write whose echo never comes is given up at the second bookmark', () => {
  const { cache, version } = listed();
  cache.observeWrite(thing('900'));
  cache.bookmark('20');
  expect(version()).toBe('900');
  cache.bookmark('30');
  expect(version()).toBeUndefined();
  expect(cache.unconfirmed).toBe(0);
});

test('an echo that comes before the answer is heard of once, as our own', () => {
  const { cache, heard, version } = listed();
  const write = cache.beginWrite(key);
  cache.event('ADDED', thing('11'), '11');
  expect(version()).toBe('11');
  expect(heard).toEqual([]);
  write.wrote(thing('11'));
  write.end();
  expect(heard).toEqual(['Added own 11']);
});

test('what others did while our write was on its way is heard of when it ends, even if it fails', () => {
  const { cache, heard } = listed();
  const write = cache.beginWrite(key);
  cache.event('ADDED', thing('11'), '11');
  write.end();
  expect(heard).toEqual(['Added watch 11']);
});

test('what another took out of the selection before we put it back and deleted it, is not our deletion', () => {
  const { cache, heard, version } = listed();
  cache.event('ADDED', thing('11'), '11');
  cache.observeWrite(thing('13'));
  cache.observeDelete(key, 'uid-1');
  expect(version()).toBeUndefined();
  cache.event('DELETED', thing('12', 'uid-1', false), '12');
  cache.event('ADDED', thing('13'), '13');
  expect(version()).toBeUndefined();
  cache.event('DELETED', thing('14'), '14');
  expect(heard).toEqual(['Added watch 11', 'Modified own 13', 'Deleted own 13']);
  expect(cache.unconfirmed).toBe(0);
});

test('an object deleted by us and made anew by another is that other one', () => {
  const { cache, heard, version } = listed();
  cache.event('ADDED', thing('11'), '11');
  cache.observeDelete(key, 'uid-1');
  cache.event('MODIFIED', thing('12'), '12');
  expect(version()).toBeUndefined();
  cache.event('DELETED', thing('13'), '13');
  cache.event('ADDED', thing('14', 'uid-2'), '14');
  expect(version()).toBe('14');
  expect(heard).toEqual(['Added watch 11', 'Deleted own 11', 'Added watch 14']);
});

test('what a resumed watch brings a second time is not heard of again', () => {
  const { cache, heard } = listed();
  cache.event('ADDED', thing('11'), '11');
  cache.event('ADDED', thing('11'), '11');
  expect(heard).toEqual(['Added watch 11']);
});

test('a write of ours stays in the cache although the cache keeps nothing of what selects it', () => {
  const { cache, version } = listed({ admit: ({ selected: _, ...kept }) => ({ ...kept, selected: false }) });
  cache.observeWrite(thing('11'));
  expect(version()).toBe('11');
  cache.observeWrite(thing('12', 'uid-1', false));
  expect(version()).toBeUndefined();
});

test('the echo of an own write confirms it, and is nothing that handlers hear of', () => {
  const { cache, heard, version } = listed();
  cache.observeWrite(thing('20'));
  expect(cache.echo('20', (uid) => uid === 'uid-1')).toBe(true);
  expect([cache.unconfirmed, version(), heard]).toEqual([0, '20', ['Added own 20']]);
});

test('what is not known to be the echo of an own write is to be read', () => {
  const { cache } = listed();
  expect(cache.echo('20', () => true)).toBe(false);
  cache.observeWrite(thing('20'));
  expect(cache.echo('21', () => true)).toBe(false);
  expect(cache.echo('20', () => false)).toBe(false);
  cache.observeWrite(thing('22', 'uid-1', false));
  expect(cache.echo('22', () => true)).toBe(false);
});
