import { describe, expect, test } from 'vitest';
import { among, neighbour, settingsOf } from './builders.ts';
import type { Neighbour } from './neighbour.ts';
import { findOneSided } from './oneSided.ts';

const find = (project: Neighbour, others: readonly Neighbour[] = [], settings = {}, environment = 'prod') =>
  findOneSided({ project, environment, ...settingsOf(settings), find: among(...others) });
const to = (project: string, ports?: readonly object[]) => ({
  egress: [{ to: [{ project, environment: 'prod' }], ...(ports && { ports }) }],
});
const from = (project: string, ports?: readonly object[]) => ({
  ingress: [{ from: [{ project, environment: 'prod' }], ...(ports && { ports }) }],
});
const shop = (network: object) => neighbour('shop', ['prod'], network);
const bank = (network: object = {}) => neighbour('bank', ['prod'], network);

test('egress that the other end does not let in names both ends and the ports', () => {
  expect(find(shop(to('bank', [{ port: 8443 }])), [bank()])).toEqual([
    {
      direction: 'Egress',
      peer: 'bank/prod',
      message:
        'shop/prod may call bank/prod on 8443/TCP, but bank/prod does not let it in; add an ingress rule to bank/prod',
    },
  ]);
});

test('ingress that the other end may not call', () => {
  expect(find(bank(from('shop')), [shop({})])).toEqual([
    {
      direction: 'Ingress',
      peer: 'shop/prod',
      message: 'bank/prod lets in shop/prod, but shop/prod may not call it; add an egress rule to shop/prod',
    },
  ]);
});

describe('both ends agree', () => {
  test.each([
    ['on a port', to('bank', [{ port: 1 }]), from('shop', [{ port: 1 }])],
    ['where the other allows all ports', to('bank', [{ port: 1 }]), from('shop')],
    ['where this one takes what is offered', to('bank'), from('shop', [{ port: 1 }])],
    ['by the whole Project', to('bank'), { ingress: [{ from: [{ project: 'shop' }] }] }],
    [
      'by two ranges that meet',
      to('bank', [{ port: 1, endPort: 9 }]),
      from('shop', [
        { port: 5, endPort: 9 },
        { port: 1, endPort: 4 },
      ]),
    ],
    ['by a name, which may be that number', to('bank', [{ port: 1 }]), from('shop', [{ port: 'https' }])],
    [
      'by native selectors',
      to('bank'),
      { ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { a: 'b' } } }] }] },
    ],
    ['because the other is Open', to('bank'), { isolation: 'Open' }],
  ])('%s', (_, egress, ingress) => {
    expect(find(shop(egress), [bank(ingress)])).toEqual([]);
  });
});

describe('one port too few is told exactly', () => {
  test.each([
    ['another port', [{ port: 1 }], [{ port: 2 }], '1/TCP'],
    ['another protocol', [{ port: 1, protocol: 'UDP' }], [{ port: 1 }], '1/UDP'],
    [
      'part of a range',
      [{ port: 1, endPort: 9 }],
      [{ port: 3, endPort: 4 }, { port: 6 }],
      '1-2/TCP, 5/TCP, 7-9/TCP',
    ],
    ['another name', [{ port: 'a' }], [{ port: 'b' }], 'a/TCP'],
    ['a protocol without any', [{ port: 'a', protocol: 'UDP' }], [{ port: 1 }], 'a/UDP'],
  ])('%s', (_, wanted, offered, ports) => {
    expect(find(shop(to('bank', wanted)), [bank(from('shop', offered))])[0]?.message).toContain(
      `on ${ports},`,
    );
  });
});

test('another environment of the same Project is another end, the same one is not', () => {
  const project = neighbour('shop', ['dev', 'prod'], { egress: [{ to: [{ project: 'shop' }] }] });
  expect(find(project).map(({ peer }) => peer)).toEqual(['shop/dev']);
});

test("an Open environment's rule is one-sided where the other is Strict", () => {
  expect(find(shop({ isolation: 'Open', ...to('bank') }), [bank()])).toHaveLength(1);
});

test("the other side's gateways may be us", () => {
  const settings = { gateways: [{ namespace: 'shop-prod' }] };
  const open = bank({ ingress: [{ from: [{ gateways: true }] }] });
  expect(find(shop(to('bank')), [open], settings)).toEqual([]);
  expect(find(shop(to('bank')), [open])).toHaveLength(1);
});

test('native selectors that do not fit our namespace allow nothing', () => {
  const picky = bank({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'x' } } }] }] });
  expect(find(shop(to('bank')), [picky])).toHaveLength(1);
});

test('a missing Project is awaited, not one-sided', () => {
  expect(find(shop(to('nobody')))).toEqual([]);
});
