import { expect, test } from 'vitest';
import type { FieldsV1 } from '../resources/object.ts';
import { freezeDeep, Trimmer } from './trim.ts';

function widget(name: string) {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: {
      name,
      managedFields: [
        {
          manager: 'us',
          operation: 'Apply' as const,
          time: 't',
          fieldsType: 'FieldsV1' as const,
          fieldsV1: { 'f:size': {} },
        },
        {
          manager: 'us',
          operation: 'Apply' as const,
          time: 't',
          subresource: 'status',
          fieldsV1: { 'f:status': {} },
        },
        { manager: 'kubectl', operation: 'Update' as const, time: 't', fieldsV1: { 'f:color': {} } },
      ],
    },
    size: 'small',
  };
}

test('by default nothing of managedFields is kept', () => {
  const trimmed = new Trimmer('none', 'us').trim(widget('a'));
  expect(trimmed.metadata).toEqual({ name: 'a' });
  expect(trimmed.size).toBe('small');
});

test('of our own apply the fields are kept, of all others who wrote, what and when', () => {
  const { managedFields } = new Trimmer('own', 'us').trim(widget('a')).metadata;
  expect(managedFields).toEqual([
    { manager: 'us', operation: 'Apply', time: 't', fieldsType: 'FieldsV1', fieldsV1: { 'f:size': {} } },
    { manager: 'us', operation: 'Apply', time: 't', subresource: 'status' },
    { manager: 'kubectl', operation: 'Update', time: 't' },
  ]);
});

test('equal fields of many objects are in memory once', () => {
  const trimmer = new Trimmer('own', 'us');
  const [left] = trimmer.trim(widget('a')).metadata.managedFields;
  const [right] = trimmer.trim(widget('b')).metadata.managedFields;
  expect(left?.fieldsV1).toBe(right?.fieldsV1);
});

test('labels, writers and texts of many objects are in memory once, and differ where they differ', () => {
  const trimmer = new Trimmer('own', 'us');
  const labelled = (name: string, team: string, time: string) => {
    const object = widget(name);
    const managedFields = object.metadata.managedFields.map((entry) => ({ ...entry, time }));
    return { ...object, metadata: { ...object.metadata, labels: { team }, managedFields } };
  };
  const left = trimmer.trim(labelled('a', 'shop', 't')).metadata;
  const right = trimmer.trim(labelled('b', 'shop', 't')).metadata;
  expect(left.labels).toBe(right.labels);
  expect(left.managedFields).toBe(right.managedFields);
  const other = trimmer.trim(labelled('c', 'bank', 'u')).metadata;
  expect([other.labels, other.managedFields[0]?.time]).toEqual([{ team: 'bank' }, 'u']);
});

test('entries that differ only in the fields that we own are told apart', () => {
  const trimmer = new Trimmer('own', 'us');
  const owning = (name: string, fieldsV1: FieldsV1) => {
    const object = widget(name);
    const managedFields = [{ manager: 'us', operation: 'Apply' as const, time: 't', fieldsV1 }];
    return { ...object, metadata: { ...object.metadata, managedFields } };
  };
  trimmer.trim(owning('a', { 'f:size': {} }));
  const [entry] = trimmer.trim(owning('b', { 'f:color': {} })).metadata.managedFields;
  expect(entry?.fieldsV1).toEqual({ 'f:color': {} });
});

test('what is so large that it is hardly ever there twice is not remembered', () => {
  const trimmer = new Trimmer('own', 'us');
  const large = (name: string) => {
    const object = widget(name);
    const fieldsV1 = { [`f:${'x'.repeat(10_000)}`]: {} };
    const managedFields = object.metadata.managedFields.map((entry) => ({ ...entry, fieldsV1 }));
    return { ...object, metadata: { ...object.metadata, managedFields } };
  };
  const [left] = trimmer.trim(large('a')).metadata.managedFields;
  const [right] = trimmer.trim(large('b')).metadata.managedFields;
  expect(left).toEqual(right);
  expect(left?.fieldsV1).not.toBe(right?.fieldsV1);
});

test('a frozen object is frozen to the bottom', () => {
  const frozen = freezeDeep({ list: [{ deep: 1 }] });
  expect(Object.isFrozen(frozen.list[0])).toBe(true);
});
