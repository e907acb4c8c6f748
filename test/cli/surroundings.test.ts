import { describe, expect, it } from 'vitest';
import { pod, policy, Workplace } from './workplace.ts';

describe('what is around the manifests', () => {
  it('knows the namespaces of the input, and asks for one that a Policy has to know', () => {
    const inProd = policy().replace(
      'workloads: true',
      'workloads: true, namespaceSelector: { matchLabels: { stage: prod } }',
    );
    const namespace = (stage: string) =>
      `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { stage: ${stage} } }\n`;
    using work = new Workplace({
      'policy.yaml': inProd,
      'none.yaml': pod(true),
      'prod.yaml': pod(true) + namespace('prod'),
      'dev.yaml': pod(true) + namespace('dev'),
    });
    const checked = (file: string) => work.check('--namespace', 'shop', '--policies', 'policy.yaml', file);
    expect(checked('none.yaml')).toMatchObject({
      text: expect.stringContaining(
        'none.yaml:1:1: not judged: an object in the namespace shop may violate the Policy unprivileged: that depends on its labels, and it is not among the input. Give it as well, as with kubectl get namespace shop -o yaml',
      ),
      exitCode: 2,
    });
    expect(checked('prod.yaml').exitCode).toBe(1);
    expect(checked('dev.yaml').exitCode).toBe(0);
  });

  it('takes the namespaces that every cluster has to have no labels but their names', () => {
    const selecting = (requirement: string) =>
      policy().replace(
        'workloads: true',
        `workloads: true, namespaceSelector: { matchExpressions: [${requirement}] }`,
      );
    using work = new Workplace({
      'prod.yaml': `${selecting('{ key: stage, operator: In, values: [prod] }')}---\n${pod(true)}`,
      'staged.yaml': `${selecting('{ key: stage, operator: DoesNotExist }')}---\n${pod(true)}`,
    });
    expect(work.check('prod.yaml')).toEqual({
      text: '1 object, 1 Policy: 0 violations, 0 passed\n',
      exitCode: 0,
    });
    expect(work.check('staged.yaml').exitCode).toBe(1);
  });

  it('tells of a namespace that is not there once, and only where it matters', () => {
    const selecting = policy().replace(
      'workloads: true',
      'workloads: true, namespaceSelector: { matchLabels: { stage: prod } }, objectSelector: { matchLabels: { app: shop } }',
    );
    const labelled = (name: string) => pod(true, `${name}\n  labels: { app: shop }`);
    const harmless = pod(false, 'harmless\n  labels: { app: shop }');
    using work = new Workplace({
      'all.yaml': [selecting, labelled('a'), labelled('b'), pod(true, 'other'), harmless].join('---\n'),
    });
    const { text, exitCode } = work.check('--namespace', 'shop', 'all.yaml');
    expect(text).toMatch(
      /^all.yaml:\d+:1: not judged: 2 objects in the namespace shop may violate .*\n\n4 objects, /,
    );
    expect(exitCode).toBe(2);
  });

  it('asks for a namespace that a rule reads, whatever the rule would say without', () => {
    const reading = policy().replace(
      /expression: .*/,
      'expression: "!(\'legacy\' in namespaceObject.metadata.?labels.orValue({}))"',
    );
    using work = new Workplace({ 'all.yaml': `${reading}---\n${pod(true)}` });
    expect(work.check('--namespace', 'shop', 'all.yaml')).toMatchObject({
      text: expect.stringContaining('not judged: an object in the namespace shop'),
      exitCode: 2,
    });
    expect(work.check('all.yaml').exitCode).toBe(0);
  });

  it('needs no namespace for a Policy that names it, or reads its name', () => {
    const named = policy().replace('workloads: true', 'workloads: true, namespaces: [shop]');
    const reading = policy().replace(
      /expression: .*/,
      'expression: "namespaceObject.metadata.name == object.metadata.namespace"',
    );
    using work = new Workplace({
      'named.yaml': `${named}---\n${pod(true)}`,
      'reading.yaml': `${reading}---\n${pod(true)}`,
    });
    expect(work.check('--namespace', 'shop', 'named.yaml').exitCode).toBe(1);
    expect(work.check('--namespace', 'other', 'named.yaml').exitCode).toBe(0);
    expect(work.check('--namespace', 'shop', 'reading.yaml').exitCode).toBe(0);
  });

  it('takes the environments of Projects from the input', () => {
    const inProd = policy().replace('workloads: true', 'workloads: true, environments: [prod]');
    const project = `---\napiVersion: mainstay.dev/v1alpha1\nkind: Project\nmetadata: { name: shop }\nspec:\n  owners: [{ kind: Group, name: shop }]\n  environments: [{ name: prod }, { name: dev, namespace: shop-testing }]\n`;
    using work = new Workplace({ 'policy.yaml': inProd, 'pod.yaml': pod(true) + project });
    const checked = (namespace: string) =>
      work.check('--namespace', namespace, '--policies', 'policy.yaml', 'pod.yaml');
    expect(checked('shop-prod').exitCode).toBe(1);
    expect(checked('shop-testing').exitCode).toBe(0);
    // The Projects that are given are all: this namespace is in none.
    expect(checked('other').exitCode).toBe(0);
  });

  it('cannot tell which Project has a namespace where no Project is given', () => {
    const inProd = policy().replace('workloads: true', 'workloads: true, projects: [shop]');
    using work = new Workplace({ 'all.yaml': `${inProd}---\n${pod(true)}` });
    const { text, exitCode } = work.check('--namespace', 'shop-prod', 'all.yaml');
    expect(text).toContain('not judged: an object in the namespace shop-prod');
    expect(text).toContain('note: Policy unprivileged: spec.match.projects: ');
    expect(exitCode).toBe(2);
  });

  it('gives namespaces of Projects the labels that Mainstay gives them', () => {
    const restricted = policy().replace(
      'workloads: true',
      "workloads: true, namespaceSelector: { matchLabels: { 'pod-security.kubernetes.io/enforce': baseline, own: label } }",
    );
    const project = `apiVersion: mainstay.dev/v1alpha1
kind: Project
metadata: { name: shop }
spec:
  owners: [{ kind: Group, name: shop }]
  podSecurity: baseline
  environments: [{ name: prod }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop-prod, labels: { own: label, 'pod-security.kubernetes.io/enforce': privileged } }
`;
    using work = new Workplace({ 'all.yaml': [restricted, pod(true), project].join('---\n') });
    expect(work.check('--namespace', 'shop-prod', 'all.yaml')).toMatchObject({
      text: expect.stringContaining('error: Pod shop-prod/web'),
      exitCode: 1,
    });
  });
});

describe('a kind', () => {
  it('applies what a custom kind says of itself', () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: geese.example.com }
spec:
  group: example.com
  scope: Cluster
  names: { kind: Goose, plural: geese }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              default: {}
              properties:
                size: { type: integer, default: 3, maximum: 9 }
`;
    const ofGeese = policy()
      .replace('workloads: true', "resources: [{ apiGroups: ['example.com'], resources: ['geese'] }]")
      .replace(/expression: .*/, 'expression: "object.spec.size == 3 && namespaceObject == null"');
    const goose = (spec: string) => `apiVersion: example.com/v1\nkind: Goose\nmetadata: { name: a }\n${spec}`;
    using work = new Workplace({
      'policy.yaml': `${ofGeese}---\n${crd}`,
      'good.yaml': goose(''),
      'bad.yaml': goose('spec: { size: 4 }\n'),
      'wrong.yaml': goose('spec: { size: 10 }\n'),
      'without.yaml': `${goose('')}---\n${ofGeese.replace("'geese'", "'gooses'")}`,
    });
    const codes = ['good.yaml', 'bad.yaml', 'wrong.yaml'].map(
      (file) => work.check('--policies', 'policy.yaml', file).exitCode,
    );
    expect(codes).toEqual([0, 1, 2]);
    expect(work.check('without.yaml').text).toContain('a kind that nothing here defines');
  });

  it('of Mainstay is held to its own rules, and has its own defaults', () => {
    const project = (environments: string) =>
      `apiVersion: mainstay.dev/v1alpha1\nkind: Project\nmetadata: { name: shop }\nspec:\n  owners: [{ kind: Group, name: shop }]\n  environments: ${environments}\n`;
    const ofProjects = policy()
      .replace('workloads: true', 'resources: [{ apiGroups: [mainstay.dev], resources: [projects] }]')
      .replace(/expression: .*/, 'expression: "object.spec.network.isolation == \'Strict\'"');
    using work = new Workplace({
      'policy.yaml': ofProjects,
      'good.yaml': project('[{ name: prod, namespace: old-shop, adopt: true }]'),
      'bad.yaml': project('[{ name: prod, adopt: true }]'),
      'twice.yaml': project('[{ name: prod, namespace: shop-dev }, { name: dev }]'),
    });
    const checked = (file: string) => work.check('--policies', 'policy.yaml', file);
    expect(checked('good.yaml')).toEqual({
      text: '1 object, 1 Policy: 0 violations, 1 passed\n',
      exitCode: 0,
    });
    expect(checked('bad.yaml')).toMatchObject({
      text: expect.stringMatching(
        /^bad.yaml:\d+:\d+: not judged: Project: spec.environments.0.adopt adopt needs /,
      ),
      exitCode: 2,
    });
    expect(checked('twice.yaml').text).toContain(
      'not judged: Project: spec.environments this environment has the namespace of another: ["prod"]',
    );
  });

  it('has nulls only where the API server keeps them', () => {
    const withNulls = pod(false)
      .replace('spec:', 'spec:\n  volumes: null\n  nodeSelector: null\n  initContainers: null')
      .replace('image: a:1', 'image: a:1\n      ports: null\n      env: null\n      securityContext: null');
    using work = new Workplace({ 'pod.yaml': withNulls });
    const packs = ['restricted', 'best-practices', 'supply-chain', 'network', 'rbac'];
    const { text } = work.check(...packs.map((pack) => `--pack=${pack}`), 'pod.yaml');
    expect(text).not.toContain('not judged');
    expect(text).toContain('(pss-run-as-non-root/');
  });

  const deploymentWithNulls = `apiVersion: mainstay.dev/v1alpha1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { a: b } }
  template:
    metadata: { labels: { a: b } }
    spec:
      containers:
        - name: a
          image: a
          ports: null
`;
  const portsOf = (podSpec: string) =>
    policy().replace(
      /expression: .*/,
      `expression: "${podSpec}.containers.all(c, c.?ports.orValue([]).size() == 0)"`,
    );

  it('has nulls in the pod template of a Deployment of Mainstay, and podSpec has none', () => {
    using work = new Workplace({ 'all.yaml': `${portsOf('podSpec')}---\n${deploymentWithNulls}` });
    expect(work.check('all.yaml')).toEqual({
      text: '1 object, 1 Policy: 0 violations, 1 passed\n',
      exitCode: 0,
    });
  });

  it('that keeps nulls is told where one is in the way', () => {
    using work = new Workplace({
      'all.yaml': `${portsOf('object.spec.template.spec')}---\n${deploymentWithNulls}`,
    });
    const { text, exitCode } = work.check('all.yaml');
    expect(text).toMatch(/^all.yaml:\d+:11: not judged: Deployment default\/web: no such overload /);
    expect(text).toContain(
      '(spec.template.spec.containers.0.ports is null, which a Deployment of mainstay.dev/v1alpha1 may be: leave it out)',
    );
    expect(exitCode).toBe(2);
  });

  it.each([
    ['Canary', 'canaries'],
    ['Gateway', 'gateways'],
    ['Class', 'classes'],
    ['Switch', 'switches'],
    ['Widget', 'widgets'],
  ])('guesses how a kind is called that nothing defines: %s', (kind, plural) => {
    const forKind = policy()
      .replace('workloads: true', `resources: [{ apiGroups: ['example.com'], resources: ['${plural}'] }]`)
      .replace(/expression: .*/, 'expression: "false"');
    using work = new Workplace({
      'all.yaml': `${forKind}---\napiVersion: example.com/v1\nkind: ${kind}\nmetadata: { name: a }\n`,
    });
    expect(work.check('all.yaml')).toMatchObject({
      text: expect.stringContaining(`${kind} of example.com/v1 is a kind that nothing here defines`),
      exitCode: 1,
    });
  });

  it('warns of fields that no API server knows', () => {
    using work = new Workplace({
      'all.yaml': `${policy()}---\n${pod(false).replace('securityContext', 'securitycontext')}`,
    });
    expect(work.check('all.yaml').text).toContain(
      'note: Pod: spec.containers.1.securitycontext is no field that the API server knows',
    );
  });
});
