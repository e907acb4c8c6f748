import * as z from 'zod';
import { dnsLabel } from '../structural/identifiers.ts';
import { labelValues, matchExpressions, matchLabels } from '../structural/labels.ts';
import { kubernetes, type Rule } from '../structural/metadata.ts';

/** Who may talk to whom. */

const portRule = z
  .strictObject({
    port: z
      .union([
        z.int().min(1).max(65535),
        z
          .string()
          .max(15)
          .regex(/^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$/),
      ])
      .describe(
        'A number from 1 to 65535, or the name of a container port, as in `8443` or `https`. A number is not put in quotes.',
      ),
    endPort: z
      .int()
      .min(1)
      .max(65535)
      .describe(
        'The last port of a range that begins with `port`, which then is a number. Default: `port` alone.',
      )
      .optional(),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).describe('`TCP` (default), `UDP` or `SCTP`.').optional(),
  })
  .describe('One port, or a range of them.')
  .register(kubernetes, {
    rules: [
      {
        rule: '!has(self.endPort) || (type(self.port) == int && int(self.port) <= self.endPort)',
        message: 'endPort needs a port that is a number, and not above it',
        fieldPath: '.endPort',
      },
    ],
  });

const labelSelector = (description: string) =>
  z
    .strictObject({
      matchLabels: matchLabels(8).optional(),
      matchExpressions: matchExpressions(8, labelValues(8).optional()).optional(),
    })
    .describe(description);

/** What both directions can name. */
const peerFields = {
  project: dnsLabel
    .describe(
      'Another Project, or this one. Its namespaces are found by name, which no tenant can forge. A Project that does not exist yet counts from when it appears. The other side has to allow the connection too; where it does not, status says so.',
    )
    .optional(),
  environment: dnsLabel
    .describe('Only this environment of `project`. Default: all of its environments.')
    .optional(),
  cidr: z
    .string()
    .max(43)
    .describe(
      'A range of addresses, IPv4 or IPv6, as in `203.0.113.0/24` or `2001:db8::/32`, written with the first address of the range.',
    )
    .register(kubernetes, {
      rules: [
        {
          rule: 'isCIDR(self) && cidr(self) == cidr(self).masked()',
          message:
            'must be a range of addresses written with its first one, as in 203.0.113.0/24 or 2001:db8::/32',
        },
      ],
    })
    .optional(),
  except: z
    .array(z.string().max(43).describe('A range inside `cidr`.'))
    .min(1)
    .max(16)
    .describe('Ranges inside `cidr` that are left out.')
    .register(kubernetes, { listType: 'set' })
    .optional(),
  namespaceSelector: labelSelector(
    'Namespaces by their labels, as in a NetworkPolicy; `{}` means all. With `podSelector`: those pods in them. Whoever may label a namespace can make it match: prefer `project`.',
  ).optional(),
  podSelector: labelSelector(
    'Pods by their labels, as in a NetworkPolicy; `{}` means all. Without `namespaceSelector`: pods of the same environment.',
  ).optional(),
};

const gateways = z
  .literal(true)
  .describe(
    '`true`: the gateways of the cluster, as the installation defines them. Whoever writes the Project needs the verb `use-gateways` on projects.',
  )
  .optional();
const internet = z
  .literal(true)
  .describe(
    "`true`: every public address, IPv4 and IPv6. Private, shared, link-local and metadata addresses, and the cluster's own pods, Services and nodes, are not among them.",
  )
  .optional();
const apiServer = z
  .literal(true)
  .describe('`true`: the Kubernetes API server, for operators and whatever else calls it.')
  .optional();

function peerRules(wishes: readonly string[]): readonly Rule[] {
  const kinds = ['project', ...wishes, 'cidr'];
  const count = [
    ...kinds.map((kind) => `has(self.${kind})`),
    'has(self.namespaceSelector) || has(self.podSelector)',
  ];
  return [
    {
      rule: `[${count.join(', ')}].exists_one(given, given)`,
      message: `a peer is exactly one of ${kinds.join(', ')}, or selectors (namespaceSelector, podSelector)`,
    },
    {
      rule: '!has(self.environment) || has(self.project)',
      message: 'environment needs project, which may be this one',
      fieldPath: '.environment',
    },
    {
      rule: '!has(self.except) || has(self.cidr)',
      message: 'except needs cidr',
      fieldPath: '.except',
    },
    {
      rule: '!has(self.except) || !has(self.cidr) || !isCIDR(self.cidr) || self.except.all(range, isCIDR(range) && cidr(range) == cidr(range).masked() && cidr(self.cidr).containsCIDR(range) && cidr(range).prefixLength() > cidr(self.cidr).prefixLength())',
      message:
        'every range in except must be a range inside cidr, smaller than it, written with its first address',
      fieldPath: '.except',
    },
  ];
}

/** Exactly one of project, gateways, cidr or the selectors. */
export const ingressPeer = z
  .strictObject({ ...peerFields, gateways })
  .describe('Where connections may come from: exactly one of `project`, `gateways`, `cidr`, or selectors.')
  .register(kubernetes, { rules: peerRules(['gateways']) });

/** Exactly one of project, internet, apiServer, cidr or the selectors. */
export const egressPeer = z
  .strictObject({ ...peerFields, internet, apiServer })
  .describe(
    'Where connections may go: exactly one of `project`, `internet`, `apiServer`, `cidr`, or selectors.',
  )
  .register(kubernetes, { rules: peerRules(['internet', 'apiServer']) });

const ports = z
  .array(portRule)
  .min(1)
  .max(16)
  .describe('The ports that it holds for. Default: all ports. A list that is given is not empty.')
  .register(kubernetes, { listType: 'atomic' })
  .optional();

export const ingressRule = z
  .strictObject({
    from: z
      .array(ingressPeer)
      .min(1)
      .max(8)
      .describe('Where connections may come from: any of these.')
      .register(kubernetes, { listType: 'atomic' }),
    ports,
  })
  .describe('Connections that are let in: from any of these peers, to any of these ports.');

export const egressRule = z
  .strictObject({
    to: z
      .array(egressPeer)
      .min(1)
      .max(8)
      .describe('Where connections may go: any of these.')
      .register(kubernetes, { listType: 'atomic' }),
    ports,
  })
  .describe('Connections that are let out: to any of these peers, on any of these ports.');

const isolationLevel = z.enum(['Strict', 'Open']);

const ingress = (description: string) =>
  z.array(ingressRule).max(16).describe(description).register(kubernetes, { listType: 'atomic' }).optional();
const egress = (description: string) =>
  z.array(egressRule).max(16).describe(description).register(kubernetes, { listType: 'atomic' }).optional();

/** The walls of all environments. */
export const network = z
  .strictObject({
    isolation: isolationLevel
      .default('Strict')
      .describe(
        '`Strict` (default): nothing gets in or out but what is listed here, DNS, and traffic within the same environment; tenants may write NetworkPolicies of their own only where these name no peer outside their namespace. `Open`: no walls; `ingress` and `egress` then change nothing.',
      ),
    ingress: ingress(
      'What is let in, to every environment. Example: `[{from: [{project: storefront, environment: prod}], ports: [{port: 8443}]}]`. Default: nothing from outside.',
    ),
    egress: egress(
      'What is let out, of every environment. Example: `[{to: [{internet: true}], ports: [{port: 443}]}]`. Default: nothing but DNS.',
    ),
  })
  .describe(
    'The walls around every environment: NetworkPolicies that are put back whenever they are changed or deleted. A connection between two walled environments needs both ends: `egress` at one, `ingress` at the other; status reports those that only one end allows.',
  );

/** What one environment has beyond the Project's. */
export const environmentNetwork = z
  .strictObject({
    isolation: isolationLevel
      .describe("`Strict` or `Open` for this environment alone. Default: the Project's.")
      .optional(),
    ingress: ingress("What is let in to this environment, in addition to the Project's `network.ingress`."),
    egress: egress("What is let out of this environment, in addition to the Project's `network.egress`."),
  })
  .describe('The walls of this environment, in addition to what the Project lists for all.');
