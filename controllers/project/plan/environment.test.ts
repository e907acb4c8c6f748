import { expect, test } from 'vitest';
import { aProject } from '../builders.ts';
import { environmentsOf } from './environment.ts';

const group = (name: string) => ({ kind: 'Group', name }) as const;

test('an environment has what the Project says, and what it says itself over it', () => {
  const project = aProject('shop', {
    podSecurity: 'restricted',
    limits: { default: { cpu: '1', memory: '1Gi' }, max: { cpu: '4' } },
    environments: [
      {
        name: 'dev',
        podSecurity: 'baseline',
        limits: { default: { cpu: '2' } },
        network: { isolation: 'Open' },
      },
      { name: 'prod', namespace: 'live' },
    ],
  });
  expect(environmentsOf(project, 'admin')).toMatchObject([
    {
      name: 'dev',
      namespace: 'shop-dev',
      podSecurity: 'baseline',
      isolation: 'Open',
      limits: { default: { cpu: '2', memory: '1Gi' }, max: { cpu: '4' } },
    },
    { name: 'prod', namespace: 'live', podSecurity: 'restricted', isolation: 'Strict', adopt: false },
  ]);
});

test('each role is granted once, to everybody who has it by any rule', () => {
  const project = aProject('shop', {
    owners: [group('team')],
    access: [
      { role: 'view', subjects: [group('support')] },
      { role: 'admin', subjects: [group('platform'), group('team')] },
    ],
    environments: [{ name: 'dev', access: [{ role: 'view', subjects: [group('audit'), group('support')] }] }],
  });
  const [dev] = environmentsOf(project, 'admin');
  expect(Object.fromEntries(dev?.grants ?? [])).toEqual({
    admin: [group('team'), group('platform')],
    view: [group('support'), group('audit')],
  });
});

test('nobody is granted a role that nobody has', () => {
  expect(environmentsOf(aProject('shop'), 'admin')[0]?.grants.size).toBe(0);
});
