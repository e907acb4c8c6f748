import * as z from 'zod';
import { dnsLabel, dnsSubdomain } from '../structural/identifiers.ts';
import { kubernetes } from '../structural/metadata.ts';
import { duration } from './amounts.ts';

/** Where requests come from, and what is asked of the gateway. */

const portName = z
  .string()
  .max(15)
  .regex(/^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$/);

const ports = z
  .array(
    z
      .strictObject({
        name: portName
          .describe('Name of the port. Required where there are several, each another.')
          .optional(),
        port: z.int().min(1).max(65535).describe('The port that the Services of the revisions serve.'),
        targetPort: z
          .union([z.int().min(1).max(65535), portName])
          .describe('The port of the pods: a number, or the name of a container port. Default: `port`.')
          .optional(),
        appProtocol: z
          .string()
          .min(1)
          .max(253)
          .describe('What is spoken, for gateways that ask, for example `kubernetes.io/h2c`.')
          .optional(),
      })
      .describe('One port, over TCP.'),
  )
  .min(1)
  .max(16)
  .describe('What the Services of the revisions serve. The gateway sends requests to the first.')
  .register(kubernetes, {
    listType: 'map',
    listMapKeys: ['port'],
    rules: [
      {
        rule: 'size(self) == 1 || self.all(p, has(p.name) && self.exists_one(o, has(o.name) && o.name == p.name))',
        message: 'of several ports each has a name, and each another',
      },
    ],
  });

const hostname = (description: string) =>
  z
    .string()
    .max(253)
    .regex(/^([*]\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)
    .describe(description);

const hostnames = (description: string) =>
  z
    .array(hostname('A host name, which may begin with `*.`.'))
    .min(1)
    .max(16)
    .describe(description)
    .register(kubernetes, { listType: 'set' });

const parentReference = z
  .strictObject({
    group: dnsSubdomain.describe('Default `gateway.networking.k8s.io`.').optional(),
    kind: z
      .string()
      .max(63)
      .regex(/^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/)
      .describe('Default `Gateway`.')
      .optional(),
    name: dnsSubdomain.describe('Its name.'),
    namespace: dnsLabel.describe("Its namespace. Default: the Deployment's own.").optional(),
    sectionName: dnsSubdomain.describe('Only this listener. Default: all that take the route.').optional(),
    port: z.int().min(1).max(65535).describe('Only listeners of this port. Default: all.').optional(),
  })
  .describe('What the route is attached to, as in a route of Gateway API.');

const gateway = z
  .strictObject({
    parentRefs: z
      .array(parentReference)
      .min(1)
      .max(8)
      .describe('The Gateways that requests come through.')
      .register(kubernetes, {
        listType: 'atomic',
        rules: [
          {
            rule: 'self.all(one, self.exists_one(other, other == one))',
            message: 'names a parent twice: name each once',
          },
        ],
      }),
    hostnames: hostnames(
      'Host names that are meant. Default: all that the listeners take. Example: `[shop.example.com]`.',
    ).optional(),
    path: z
      .string()
      .max(512)
      .regex(/^\/[^?#]*$/)
      .default('/')
      .describe('What the path of a request begins with. Of an HTTPRoute only.'),
    kind: z
      .enum(['HTTPRoute', 'GRPCRoute'])
      .default('HTTPRoute')
      .describe('What is made: `HTTPRoute` (default) or `GRPCRoute`.'),
    preview: z
      .strictObject({
        hostnames: hostnames(
          'Host names under which the new revision alone answers, for example `[preview.shop.example.com]`.',
        ),
      })
      .describe('A way to the new revision before it has any weight.')
      .optional(),
  })
  .describe(
    'A Gateway that splits requests by weight and match. The route is made and owned by Mainstay: nobody else edits it.',
  )
  .register(kubernetes, {
    rules: [
      {
        rule: "self.kind != 'GRPCRoute' || self.path == '/'",
        message: 'a GRPCRoute has no path: take it out',
        fieldPath: '.path',
      },
      {
        rule: '!has(self.preview) || !has(self.hostnames) || !self.preview.hostnames.exists(h, h in self.hostnames)',
        message: 'the host names of the preview are others than hostnames, whose requests are split',
        fieldPath: '.preview.hostnames',
      },
    ],
  });

export const traffic = z
  .strictObject({
    ports,
    gateway: gateway.optional(),
    drain: duration('How long old pods stay after it is verified that no traffic goes to them.').default(
      '30s',
    ),
    settle: duration(
      'How long is waited after a change where it cannot be asked whether the gateway serves it.',
    ).default('5s'),
  })
  .describe(
    'How requests reach the pods. Default: nothing is made, and the split between revisions is by numbers of pods.',
  );
