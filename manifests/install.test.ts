import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { isStale } from './generate.ts';
import { fixesYaml, type InstalledObject, installObjects, installYaml } from './install.ts';
import { clusterRights, ownNamespaceRights } from './operatorRights.ts';

const objects = installObjects();
const ruleSchema = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
});
/** A role that collects others' rules has none of its own. */
const roleSchema = z.object({ rules: z.array(ruleSchema).default([]) });
const rulesOf = (object: InstalledObject) => roleSchema.parse(object).rules;
/** What comes by choice. */
const byChoice = z.array(roleSchema).parse(parseAllDocuments(fixesYaml()).map((document) => document.toJS()));
const find = (kind: string, name: string, from: readonly InstalledObject[] = objects): InstalledObject => {
  const found = from.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name} is installed`);
  return found;
};

describe('what is installed', () => {
  it('is what is committed', () => {
    expect(isStale(), 'run npm run generate').toBe(false);
  });

  it('is the same however often it is made', () => {
    expect(installYaml()).toBe(installYaml());
  });

  it.each(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const),
  )('says of %s that it is part of Mainstay', (_, { metadata }) => {
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'mainstay',
      'app.kubernetes.io/part-of': 'mainstay',
    });
  });

  it('comes in an order in which nothing waits for what follows', () => {
    const kinds = [...new Set(objects.map(({ kind }) => kind))];
    const comesFirst = (first: string, second: string) =>
      expect([first, second, kinds.indexOf(first) < kinds.indexOf(second)]).toEqual([first, second, true]);
    comesFirst('Namespace', 'ServiceAccount');
    comesFirst('ServiceAccount', 'Deployment');
    comesFirst('CustomResourceDefinition', 'Deployment');
    comesFirst('ValidatingAdmissionPolicyBinding', 'Deployment');
    comesFirst('ClusterRoleBinding', 'Deployment');
  });

  it.each(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const),
  )('lets plain kubectl apply remember %s in its annotation', (_, object) => {
    expect(JSON.stringify(object).length).toBeLessThan(262_144);
  });

  it('takes the image, the number of replicas, settings, and the roles that Projects grant, which all who need them learn', () => {
    const other = installObjects({
      image: 'registry.example.com/mainstay:1.2.3',
      replicas: 1,
      grantableRoles: ['admin', 'team'],
      settings: { MAINSTAY_LOG_LEVEL: 'debug' },
    });
    const deployment = JSON.stringify(find('Deployment', 'mainstay', other));
    expect(deployment).toContain('"image":"registry.example.com/mainstay:1.2.3"');
    expect(deployment).toContain('"replicas":1');
    expect(find('Deployment', 'mainstay', other)).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                env: [
                  { name: 'MAINSTAY_PROJECT_GRANTABLE_ROLES', value: '["admin","team"]' },
                  { name: 'MAINSTAY_LOG_LEVEL', value: 'debug' },
                ],
              },
            ],
          },
        },
      },
    });
    const bind = rulesOf(find('ClusterRole', 'mainstay', other)).find(({ verbs }) => verbs.includes('bind'));
    expect(bind?.resourceNames).toEqual(['admin', 'team']);
    const policy = find('ValidatingAdmissionPolicy', 'mainstay-project-access', other);
    expect(JSON.stringify(policy)).toContain('grants only the roles admin, team');
  });
});

describe("the operator's rights", () => {
  const own = ['ClusterRole', 'Role'].flatMap((kind) => rulesOf(find(kind, 'mainstay')));

  it('hold no wildcard, nor does any other role of ours', () => {
    for (const object of objects.filter(({ kind }) => kind.endsWith('Role')))
      for (const rule of rulesOf(object)) expect(JSON.stringify(rule)).not.toContain('*');
  });

  it('name the scenario for each rule, each once', () => {
    const rights = [...clusterRights(['admin']), ...ownNamespaceRights];
    expect(own).toHaveLength(rights.length);
    expect(new Set(rights.map(({ scenario }) => scenario)).size).toBe(rights.length);
  });

  it('grant roles by bind on three names, and by no other way', () => {
    const binding = own.filter(({ verbs }) => verbs.includes('bind'));
    expect(binding).toEqual([
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        resourceNames: ['admin', 'edit', 'view'],
        verbs: ['bind'],
      },
    ]);
    for (const verb of ['escalate', 'impersonate', 'approve', 'sign', 'deletecollection'])
      expect(own.some(({ verbs }) => verbs.includes(verb))).toBe(false);
  });

  it.each<[string, string, string[]]>([
    ['change no definition', 'customresourcedefinitions', ['list', 'watch']],
    ['make no Policy', 'policies', ['list', 'watch']],
    ['make no pod of its own', 'pods', ['list', 'watch']],
    ['change no gateway', 'gateways', ['list', 'watch']],
    ['make no Project', 'projects', ['list', 'watch', 'patch']],
    ['change nothing that anybody writes', 'mutatingadmissionpolicies', ['list', 'watch']],
    ['nor bind what would', 'mutatingadmissionpolicybindings', ['list', 'watch']],
  ])('%s', (_, resource, verbs) => {
    const rules = own.filter(({ resources }) => resources.includes(resource));
    expect([...new Set(rules.flatMap((rule) => rule.verbs))].toSorted()).toEqual(verbs.toSorted());
  });

  it('write admission policies under names of their own alone, also with fixes.yaml: none of a guard', () => {
    const writing = [...own, ...byChoice.flatMap(({ rules }) => rules)].filter(
      ({ apiGroups: [group], verbs }) =>
        group === 'admissionregistration.k8s.io' && !verbs.every((verb) => ['list', 'watch'].includes(verb)),
    );
    expect(writing).toHaveLength(2);
    for (const { resourceNames = ['any'], verbs } of writing) {
      expect(resourceNames.filter((name) => !/^mainstay-policy-(\d+|probe|tried)$/.test(name))).toEqual([]);
      expect(verbs.toSorted()).toEqual(['create', 'delete', 'patch']);
    }
    const names = new Set(writing.flatMap(({ resourceNames = [] }) => resourceNames));
    const guards = objects.filter(({ kind }) => kind.includes('AdmissionPolicy'));
    expect(guards.filter(({ metadata }) => names.has(metadata.name))).toEqual([]);
  });

  it('hold no wildcard with fixes.yaml either, and no way to more', () => {
    for (const { rules } of byChoice)
      for (const { apiGroups, resources, verbs } of rules) {
        expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
        for (const verb of ['escalate', 'impersonate', 'bind', 'deletecollection'])
          expect(verbs).not.toContain(verb);
        expect(apiGroups).not.toContain('rbac.authorization.k8s.io');
      }
  });

  it('are given to the one ServiceAccount alone', () => {
    for (const kind of ['ClusterRoleBinding', 'RoleBinding'])
      expect(find(kind, 'mainstay')).toMatchObject({
        subjects: [{ kind: 'ServiceAccount', name: 'mainstay', namespace: 'mainstay-system' }],
      });
  });
});

describe("the operator's pods", () => {
  const absent = z.undefined().optional();
  const container = z.object({
    securityContext: z.object({
      allowPrivilegeEscalation: z.literal(false),
      readOnlyRootFilesystem: z.literal(true),
      privileged: absent,
      capabilities: z.object({ drop: z.tuple([z.literal('ALL')]), add: absent }),
    }),
    ports: z.array(z.object({ name: z.string(), hostPort: absent })),
    livenessProbe: z.object({ httpGet: z.object({ path: z.literal('/livez'), port: z.literal('probes') }) }),
    readinessProbe: z.object({
      httpGet: z.object({ path: z.literal('/readyz'), port: z.literal('probes') }),
    }),
    resources: z.object({
      requests: z.object({ cpu: z.string(), memory: z.string() }),
      limits: z.object({ memory: z.string() }),
    }),
    imagePullPolicy: z.literal('IfNotPresent'),
  });
  // The controls of the Pod Security Standard "restricted" that a Deployment's pod can break.
  const restricted = z.object({
    spec: z.object({
      template: z.object({
        spec: z.object({
          hostNetwork: absent,
          hostPID: absent,
          hostIPC: absent,
          volumes: absent,
          serviceAccountName: z.literal('mainstay'),
          securityContext: z.object({
            runAsNonRoot: z.literal(true),
            runAsUser: z.int().positive(),
            seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
          }),
          containers: z.tuple([container]),
        }),
      }),
    }),
  });

  it('meet the Pod Security Standard restricted, and so does the namespace that holds them to it', () => {
    expect(restricted.safeParse(find('Deployment', 'mainstay')).error).toBeUndefined();
    expect(find('Namespace', 'mainstay-system').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  it('are what the metrics Service and the disruption budget select', () => {
    const selector = { 'app.kubernetes.io/name': 'mainstay', 'app.kubernetes.io/component': 'operator' };
    expect(find('Deployment', 'mainstay')).toMatchObject({
      spec: { selector: { matchLabels: selector }, template: { metadata: { labels: selector } } },
    });
    expect(find('Service', 'mainstay-metrics')).toMatchObject({ spec: { selector } });
    expect(find('PodDisruptionBudget', 'mainstay')).toMatchObject({
      spec: { selector: { matchLabels: selector } },
    });
  });
});
