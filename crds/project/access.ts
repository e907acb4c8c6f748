import * as z from 'zod';
import { dnsLabel, dnsSubdomainPattern } from '../structural/identifiers.ts';
import { kubernetes } from '../structural/metadata.ts';

/** Who may do what in the environments. */

/** A user, a group or a ServiceAccount. */
export const subject = z
  .strictObject({
    kind: z
      .enum(['User', 'Group', 'ServiceAccount'])
      .describe(
        "`User` and `Group` are names that the cluster's authentication gives; `ServiceAccount` is one of the cluster's own.",
      ),
    name: z
      .string()
      .min(1)
      .max(253)
      .describe(
        "The name, exactly as the cluster sees it (`kubectl auth whoami` shows one's own). Names that begin with `system:` stand for the cluster itself or for everybody and are refused, but for the groups `system:serviceaccounts:<namespace>`.",
      ),
    namespace: dnsLabel
      .describe('Where the ServiceAccount lives. For kind ServiceAccount, and only there.')
      .optional(),
  })
  .describe('A user, a group or a ServiceAccount.')
  .register(kubernetes, {
    mapType: 'atomic',
    rules: [
      {
        rule: "(self.kind == 'ServiceAccount') == has(self.__namespace__)",
        message: 'namespace is required for kind ServiceAccount, and only for it',
        fieldPath: '.namespace',
      },
      {
        rule: "!self.name.startsWith('system:') || (self.kind == 'Group' && self.name.startsWith('system:serviceaccounts:'))",
        message:
          'system: names stand for the cluster itself or for everybody; name a team, a group system:serviceaccounts:<namespace>, or use kind ServiceAccount',
        fieldPath: '.name',
      },
      {
        rule: `self.kind != 'ServiceAccount' || self.name.matches('${dnsSubdomainPattern}')`,
        message: 'a ServiceAccount has a DNS name: lower-case letters, digits, - and .',
        fieldPath: '.name',
      },
    ],
  });

/** Not a set: server-side apply merges no sets of objects. A RoleBinding's subjects are atomic as well. */
const eachOnce = {
  listType: 'atomic',
  rules: [
    {
      rule: 'self.all(one, self.exists_one(other, other == one))',
      message: 'names a subject twice: name each once',
    },
  ],
} as const;

const subjects = (description: string) =>
  z.array(subject).min(1).max(16).describe(description).register(kubernetes, eachOnce);

/** A role and who gets it. */
export const grant = z
  .strictObject({
    role: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]([-a-z0-9.:]*[a-z0-9])?$/)
      .describe(
        'Name of a ClusterRole that the installation allows: `admin`, `edit` or `view` unless configured otherwise. Whoever writes the Project must hold the right to bind it.',
      ),
    subjects: subjects('Who gets the role: at least one, each once.'),
  })
  .describe('A role and who gets it.');

/** Grants, one a role. */
export const access = (description: string) =>
  z
    .array(grant)
    .max(8)
    .describe(description)
    .register(kubernetes, { listType: 'map', listMapKeys: ['role'] });

/** The people a Project belongs to. */
export const owners = z
  .array(subject)
  .max(32)
  .describe(
    'Who the Project belongs to: each gets the ClusterRole `admin` in every environment, so may do there anything that the walls and the quota allow, but not change those. Default: nobody. Example: `[{kind: Group, name: payments-team}]`.',
  )
  .register(kubernetes, eachOnce);
