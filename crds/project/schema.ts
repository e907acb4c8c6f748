import * as z from 'zod';
import { dnsLabel, dnsSubdomain } from '../structural/identifiers.ts';
import type { CustomResource, ReadonlyDeep } from '../structural/kubernetesObject.ts';
import { kubernetes, type Rule } from '../structural/metadata.ts';
import { access, type grant, owners, type subject } from './access.ts';
import {
  type egressPeer,
  type egressRule,
  environmentNetwork,
  type ingressPeer,
  type ingressRule,
  network,
} from './network.ts';
import { limitPairs, limits, quotaHard } from './resources.ts';
import { projectStatus } from './status.ts';

/** A Project as the API server gives it back: defaults filled in. */
export type Project = CustomResource<
  'mainstay.dev/v1alpha1',
  'Project',
  z.infer<typeof projectSpec>,
  z.infer<typeof projectStatus>
>;
export type ProjectSpec = Project['spec'];
export type ProjectStatus = ReadonlyDeep<z.infer<typeof projectStatus>>;
export type Environment = ProjectSpec['environments'][number];
export type Subject = ReadonlyDeep<z.infer<typeof subject>>;
export type Grant = ReadonlyDeep<z.infer<typeof grant>>;
export type Limits = ReadonlyDeep<z.infer<typeof limits>>;
export type IngressRule = ReadonlyDeep<z.infer<typeof ingressRule>>;
export type EgressRule = ReadonlyDeep<z.infer<typeof egressRule>>;
export type Port = NonNullable<IngressRule['ports']>[number];
export type IngressPeer = ReadonlyDeep<z.infer<typeof ingressPeer>>;
export type EgressPeer = ReadonlyDeep<z.infer<typeof egressPeer>>;

/** Namespaces that are never an environment: the cluster's own, and the one that Mainstay runs in. */
const protectedNamespace = (name: string) =>
  `${name}.startsWith('kube-') || ${name} in ['default', 'mainstay-system']`;

const podSecurityLevel = z.enum(['privileged', 'baseline', 'restricted']);

const environmentQuota = z
  .strictObject({
    weight: z
      .int()
      .min(0)
      .max(1000)
      .describe(
        "The environment's share of what the Project's quota leaves after explicit `hard` values, in proportion to the other weights. Default 1; 0 gets nothing but what it names in `hard`.",
      )
      .optional(),
    hard: quotaHard(
      'Amounts that this environment has in any case, before the rest is shared out, for example `{requests.cpu: "4"}`. Together they may not exceed the Project\'s.',
    ).optional(),
  })
  .describe("The environment's part of the Project's quota.");

const environment = z
  .strictObject({
    name: dnsLabel.describe(
      "Name of the environment, unique in the Project, for example `prod`. Lower-case letters, digits and `-`; with the Project's name and a `-` before it at most 63 characters, unless `namespace` is given.",
    ),
    namespace: dnsLabel
      .describe(
        "The environment's namespace, where it is not to be `<project>-<environment>`. It does not change while the environment exists: add an environment with the new namespace, move over, and remove this one.",
      )
      .register(kubernetes, {
        rules: [
          {
            rule: `!(${protectedNamespace('self')})`,
            message:
              "must not be one of the cluster's own namespaces (kube-*, default) or Mainstay's (mainstay-system)",
          },
        ],
      })
      .optional(),
    adopt: z
      .boolean()
      .describe(
        "Take over `namespace` where it exists already. Whoever holds that namespace must have annotated it with `mainstay.dev/adoptable-by: <project>`. What is in it is left alone, but comes under the walls and the quota, and under `deletionPolicy`. Default false: a namespace that exists and is not this Project's is never touched.",
      )
      .optional(),
    quota: environmentQuota.optional(),
    podSecurity: podSecurityLevel
      .describe(
        "`privileged`, `baseline` or `restricted` for this environment alone. Default: the Project's. `privileged` needs the verb `use-privileged` on projects.",
      )
      .optional(),
    access: access(
      "Roles in this environment alone, in addition to the Project's `access`. Example: `[{role: edit, subjects: [{kind: Group, name: sre}]}]`.",
    ).optional(),
    limits: limits
      .describe(
        "Defaults and bounds for containers of this environment, over the Project's `limits`: an amount named here counts instead of the Project's, the others stay.",
      )
      .optional(),
    network: environmentNetwork.optional(),
  })
  .describe('One environment: a namespace, and what stands around and in it.')
  .register(kubernetes, {
    rules: [
      {
        rule: '!has(self.adopt) || !self.adopt || has(self.__namespace__)',
        message: 'adopt needs namespace: name the namespace to take over',
        fieldPath: '.adopt',
      },
    ],
  });

const secretCopy = z
  .strictObject({
    name: dnsSubdomain.describe('Name of the copy, the same in every environment.'),
    from: z
      .strictObject({
        namespace: dnsLabel.describe("Namespace of the Secret to copy; not one of this Project's."),
        name: dnsSubdomain.describe('Name of the Secret to copy.'),
      })
      .describe(
        'The Secret to copy. Its owner must share it, by the label `mainstay.dev/shared: "true"` and the annotation `mainstay.dev/shared-with`, which names the Projects (separated by commas) or is `*`.',
      ),
  })
  .describe('A Secret that is copied into every environment, and follows its source.');

/** The ones that are compared live under `spec`, where a rule sees the Project's quota and its environments at once. */
const explicit = 'self.environments.filter(e, has(e.quota) && has(e.quota.hard) && name in e.quota.hard)';
const explicitSum = `${explicit}.map(e, quantity(e.quota.hard[name]).asApproximateFloat()).sum()`;
// Doubles: a part in a million millions is lost, and must not refuse what adds up exactly.
const sumAbove = `${explicitSum} > quantity(self.quota.hard[name]).asApproximateFloat() * 1.000000000001`;

/** Whether an environment's own limits and those that it has from the Project contradict each other. */
function mergedNotAbove(lower: string, upper: string): Rule {
  const above = (low: string, high: string, name: string) =>
    `quantity(${low}.${lower}[${name}]).isGreaterThan(quantity(${high}.${upper}[${name}]))`;
  const ownLower = `has(e.limits.${lower}) && has(self.limits.${upper}) && e.limits.${lower}.exists(name, name in self.limits.${upper} && !(has(e.limits.${upper}) && name in e.limits.${upper}) && ${above('e.limits', 'self.limits', 'name')})`;
  const ownUpper = `has(e.limits.${upper}) && has(self.limits.${lower}) && e.limits.${upper}.exists(name, name in self.limits.${lower} && !(has(e.limits.${lower}) && name in e.limits.${lower}) && ${above('self.limits', 'e.limits', 'name')})`;
  const contradicted = `has(e.limits) && (${ownLower} || ${ownUpper})`;
  return {
    rule: `!has(self.limits) || !self.environments.exists(e, ${contradicted})`,
    message: `with the Project's limits, ${lower} would be above ${upper} in an environment`,
    messageExpression: `"with the Project's limits, ${lower} would be above ${upper} in environments: %s".format([self.environments.filter(e, ${contradicted}).map(e, e.name)])`,
    fieldPath: '.environments',
  };
}

export const projectSpec = z
  .strictObject({
    description: z
      .string()
      .max(1024)
      .describe('What the Project is, for people. It changes nothing.')
      .optional(),
    owners: owners.default([]),
    access: access(
      'Roles in every environment, for others than the owners. Example: `[{role: view, subjects: [{kind: Group, name: support}]}]`. Default: nobody.',
    ).default([]),
    quota: z
      .strictObject({
        hard: quotaHard(
          'The total of all environments, by the names of a ResourceQuota: `requests.cpu`, `requests.memory`, `pods`, `count/jobs.batch`, and so on. Values are quantities, in quotes.',
        ),
        mode: z
          .enum(['Elastic', 'Static'])
          .default('Static')
          .describe(
            '`Static` (default): each environment keeps the share that its weight gives it. `Elastic`: share that is not in use moves to where work is refused, and back; what is in use is never taken away.',
          ),
      })
      .describe(
        'What all environments together may use, kept as a ResourceQuota in each. First what environments ask for explicitly (`environments[].quota.hard`), the rest by `environments[].quota.weight`. Lowering it never stops what runs; it stops what is new. Default: no quota.',
      )
      .optional(),
    limits: limits.optional(),
    network: network.default({ isolation: 'Strict' }),
    podSecurity: podSecurityLevel
      .default('restricted')
      .describe(
        'The Pod Security Standard that every environment enforces: `restricted` (default), `baseline` or `privileged`. Pods that do not meet it are refused; running ones stay. `privileged` needs the verb `use-privileged` on projects.',
      ),
    secrets: z
      .array(secretCopy)
      .max(32)
      .default([])
      .describe(
        'Secrets that are copied into every environment, such as pull credentials. Only what its owner shares is copied. Example: `[{name: registry-pull, from: {namespace: platform, name: registry-pull}}]`. Default: none.',
      )
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] }),
    environments: z
      .array(environment)
      .min(1)
      .max(32)
      .describe(
        'The environments, at least one, each a namespace of its own. Removing one is like deleting the Project, for that one: see `deletionPolicy`.',
      )
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] }),
    suspend: z
      .boolean()
      .default(false)
      .describe(
        '`true`: leave everything as it is, and put nothing back, until this is `false` again; status says so. Default false. Deletion is still carried out.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe(
        'What becomes of a namespace when the Project is deleted or the environment removed. `Retain` (default): the namespace, its walls and its pod security stay, and the same Project created again takes it back. `Delete`: the namespace goes, with everything in it, an adopted one too.',
      ),
  })
  .describe('What the Project is to be.')
  .register(kubernetes, {
    rules: [
      {
        rule: '!has(self.quota) || self.environments.exists(e, !has(e.quota) || !has(e.quota.weight) || e.quota.weight > 0)',
        message: 'with a quota, at least one environment needs a quota.weight above 0',
        fieldPath: '.environments',
      },
      {
        rule: `!has(self.quota) || !self.quota.hard.exists(name, ${sumAbove})`,
        message: "the environments' quota.hard together must not be above the Project's",
        messageExpression: `"the environments' quota.hard together must not be above the Project's: %s".format([self.quota.hard.filter(name, ${sumAbove})])`,
        fieldPath: '.environments',
      },
      ...limitPairs.map(([lower, upper]) => mergedNotAbove(lower, upper)),
    ],
  });

export { projectStatus };
