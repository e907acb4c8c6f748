import * as z from 'zod';
import { dnsLabel } from '../structural/identifiers.ts';
import { kubernetes, type Rule } from '../structural/metadata.ts';
import { labelSelector } from './selector.ts';

/** What a Policy is about, and what it leaves out. */

const asterisk = 'an asterisk stands for everything: give it alone';
const alone = (field: string): Rule => ({
  rule: `!has(self.${field}) || !('*' in self.${field}) || self.${field}.size() == 1`,
  message: `${field}: ${asterisk}`,
  fieldPath: `.${field}`,
});

const neverAsked =
  'the API server never asks policies about admissionregistration.k8s.io: such a rule would never hold anything up';
const lockedOut =
  'no Policy guards Policies: a mistake in one could then never be corrected. Use RBAC to say who may write them';

/** Of a list of resources: one that stands for all those with this part. */
const covers = (wide: string, narrow: string) =>
  `self.resources.exists(wide, wide != '*/*' && ${wide} && self.resources.exists(narrow, narrow != wide && narrow.contains('/') && ${narrow}))`;

const resourceRule = z
  .strictObject({
    apiGroups: z
      .array(
        z
          .string()
          .max(253)
          .regex(/^([*]|[a-z0-9]([-a-z0-9.]*[a-z0-9])?|)$/)
          .describe("A group, `''` for Pods, ConfigMaps and the like, or `*` for all."),
      )
      .min(1)
      .max(8)
      .describe('API groups, for example `[apps]`.')
      .register(kubernetes, { listType: 'set' }),
    apiVersions: z
      .array(
        z
          .string()
          .max(63)
          .regex(/^([*]|[a-z][a-z0-9]*)$/)
          .describe('A version, or `*` for all.'),
      )
      .min(1)
      .max(8)
      .describe(
        'Versions of these groups. Default: all. A request in another version of the same kind is converted and matched as well.',
      )
      .register(kubernetes, { listType: 'set' })
      .optional(),
    resources: z
      .array(
        z
          .string()
          .max(127)
          .regex(/^([*]|[a-z][-a-z0-9]*)([/]([*]|[a-z][-a-z0-9]*))?$/)
          .describe(
            'A resource in the plural, as in `kubectl api-resources`; with a slash a subresource, as `pods/exec`; `*` for all without subresources, `*/*` with them.',
          ),
      )
      .min(1)
      .max(16)
      .describe('Resources, for example `[configmaps]`. Subresources match only where they are named.')
      .register(kubernetes, { listType: 'set' }),
    operations: z
      .array(z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']).describe('What is done with the resource.'))
      .min(1)
      .max(4)
      .describe(
        'What is judged: `CREATE`, `UPDATE` (patches too), `DELETE` (`object` is null, read `oldObject`), `CONNECT` (`pods/exec` and the like). Default: CREATE and UPDATE.',
      )
      .register(kubernetes, { listType: 'set' })
      .optional(),
  })
  .describe('Some resources, and what is done with them.')
  .register(kubernetes, {
    rules: [
      alone('apiGroups'),
      alone('apiVersions'),
      {
        rule: "!('*/*' in self.resources) || self.resources.size() == 1",
        message: `resources: ${asterisk}`,
        fieldPath: '.resources',
      },
      {
        rule: "!('*' in self.resources) || !self.resources.exists(one, one != '*' && !one.contains('/'))",
        message: 'resources: with * only subresources can be named besides',
        fieldPath: '.resources',
      },
      {
        rule: `!${covers("wide.endsWith('/*')", 'narrow.startsWith(wide.substring(0, wide.size() - 1))')}`,
        message: 'resources: with name/* no other subresource of it can be named',
        fieldPath: '.resources',
      },
      {
        rule: `!${covers("wide.startsWith('*/')", 'narrow.endsWith(wide.substring(1))')}`,
        message: 'resources: with */name no other resource with that subresource can be named',
        fieldPath: '.resources',
      },
      {
        rule: "!('admissionregistration.k8s.io' in self.apiGroups)",
        message: neverAsked,
        fieldPath: '.apiGroups',
      },
      {
        rule: "!('mainstay.dev' in self.apiGroups) || !self.resources.exists(one, one == 'policies' || one.startsWith('policies/'))",
        message: lockedOut,
        fieldPath: '.resources',
      },
    ],
  });

const projects = (description: string) =>
  z
    .array(dnsLabel.describe('A Project.'))
    .min(1)
    .max(64)
    .describe(description)
    .register(kubernetes, { listType: 'set' });
const environments = (description: string) =>
  z
    .array(dnsLabel.describe('Name of an environment.'))
    .min(1)
    .max(16)
    .describe(description)
    .register(kubernetes, { listType: 'set' });
const namespaces = (description: string) =>
  z
    .array(dnsLabel.describe('A namespace.'))
    .min(1)
    .max(64)
    .describe(description)
    .register(kubernetes, { listType: 'set' });

const selective =
  'has(self.projects) || has(self.environments) || has(self.namespaces) || has(self.kinds) || has(self.names) || has(self.namespaceSelector) || has(self.objectSelector)';

/** Some objects of those that a Policy matches: all of what is named must be so. */
function scope(description: string) {
  return z
    .strictObject({
      projects: projects("Only in these Projects' namespaces.").optional(),
      environments: environments(
        'Only in environments of these names, of any Project or of `projects`.',
      ).optional(),
      namespaces: namespaces('Only in these namespaces.').optional(),
      kinds: z
        .array(
          z
            .string()
            .max(63)
            .regex(/^[A-Z][A-Za-z0-9]*$/)
            .describe('A kind, for example `CronJob`.'),
        )
        .min(1)
        .max(16)
        .describe('Only objects of these kinds.')
        .register(kubernetes, { listType: 'set' })
        .optional(),
      names: z
        .array(
          z
            .string()
            .max(253)
            .regex(/^[A-Za-z0-9][-A-Za-z0-9._:]*[*]?$/)
            .describe(
              'A name; with `*` at its end every name that begins so: `batch-*` is the Deployment `batch-nightly` and its pods.',
            ),
        )
        .min(1)
        .max(32)
        .describe('Only objects of these names.')
        .register(kubernetes, { listType: 'set' })
        .optional(),
      namespaceSelector: labelSelector('Only in namespaces with these labels.').optional(),
      objectSelector: labelSelector(
        'Only objects with these labels. Whoever may write an object may give it a label: of what must hold for everybody make no exception so.',
      ).optional(),
    })
    .describe(description)
    .register(kubernetes, {
      rules: [
        {
          rule: selective,
          message:
            'name something: with no projects, environments, namespaces, kinds, names or selectors, everything would be left out',
        },
      ],
    });
}

export const exceptionMatch = scope(
  'What is excepted of what the Policy matches. All of what is named here must be so.',
);

export const match = z
  .strictObject({
    workloads: z
      .boolean()
      .describe(
        '`true`: Pods and whatever makes them (Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController, and the Deployment of mainstay.dev), in all of which a rule reads the pod as `podSpec`. So what is wrong is said where it was written.',
      )
      .optional(),
    resources: z
      .array(resourceRule)
      .min(1)
      .max(16)
      .describe('What is matched, where it is not `workloads`.')
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
    projects: projects(
      "Only in these Projects' namespaces, new environments included. Default: in every namespace.",
    ).optional(),
    environments: environments(
      'Only in environments of these names, of any Project or of `projects`. Example: `[prod]`.',
    ).optional(),
    namespaces: namespaces(
      'Only in these namespaces. kube-system, kube-node-lease and mainstay-system are matched only where they are named here.',
    ).optional(),
    namespaceSelector: labelSelector('Only in namespaces with these labels.').optional(),
    objectSelector: labelSelector(
      'Only objects with these labels. Of an update, before or after it. Whoever may write an object may take a label off.',
    ).optional(),
    exclude: z
      .array(scope('What is left out. All of what is named in one entry must be so.'))
      .max(16)
      .describe(
        'What is left out for good. For what is left out for a while, with a reason, use `exceptions`.',
      )
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
  })
  .describe('What the Policy is about. All of what is named must be so.')
  .register(kubernetes, {
    rules: [
      {
        rule: '(has(self.workloads) && self.workloads) != has(self.resources)',
        message: 'give exactly one of workloads: true and resources',
      },
    ],
  });
