import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule, someFacts } from '../compile/builders.ts';
import { type JsonObject, judgeOf, type Resource, type Subject } from './index.ts';

const pods = resource('', 'v1', 'pods', 'Pod');
const deployments = resource('apps', 'v1', 'deployments', 'Deployment');
const configMaps = resource('', 'v1', 'configmaps', 'ConfigMap');
const now = Date.UTC(2027, 0, 1);

function resource(group: string, version: string, plural: string, kind: string, namespaced = true): Resource {
  return { group, version, resource: plural, kind, namespaced };
}

function pod(containers: readonly object[], metadata: object = {}): Subject {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: { containers },
  };
  return { object, resource: pods, namespaceObject: undefined };
}

function configMap(data: object, metadata: object = {}): Subject {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'shop', ...metadata },
    data,
  };
  return { object, resource: configMaps, namespaceObject: undefined };
}

function judge(fields: Partial<PolicySpec> = {}, facts = someFacts()) {
  return judgeOf('test', aCandidate('test', fields).spec, facts);
}

const ofConfigMaps = { resources: [{ apiGroups: [''], resources: ['configmaps'] }] };
const limited = { name: 'a', resources: { limits: {} } };
const unlimited = { name: 'a', resources: {} };

describe('a verdict', () => {
  it('is one for each rule: it holds, does not, or cannot be told', () => {
    const rules = [
      aRule('good', 'true'),
      aRule('bad', "object.data.mode == 'safe'"),
      aRule('broken', "object.data.other == ''"),
    ];
    expect(judge({ match: ofConfigMaps, rules }).judge(configMap({ mode: 'fast' }), now)).toEqual([
      { rule: 'good', result: 'pass' },
      { rule: 'bad', result: 'fail', message: 'bad is wanted' },
      { rule: 'broken', result: 'error', message: expect.stringContaining('no such key: other') },
    ]);
  });

  it('reads the pod of whatever makes it', () => {
    const template = { spec: { containers: [unlimited] } };
    const deployment = {
      object: { kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { template } },
      resource: deployments,
      namespaceObject: undefined,
    };
    expect(judge().judge(pod([limited]), now)).toEqual([{ rule: 'limits', result: 'pass' }]);
    expect(judge().judge(deployment, now)).toMatchObject([{ result: 'fail' }]);
  });

  it('reads a Deployment of Mainstay without the nulls that only it keeps, as a server does that can leave them out', () => {
    const container = { name: 'a', env: null, securityContext: null, resources: { limits: { cpu: '1' } } };
    const template = { spec: { volumes: null, containers: [container] } };
    const metadata = { name: 'web', namespace: 'shop' };
    const object = { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment', metadata, spec: { template } };
    const resource = { ...deployments, group: 'mainstay.dev', version: 'v1alpha1' };
    const rules = [
      aRule('volumes', 'podSpec.?volumes.orValue([]).all(v, has(v.emptyDir))'),
      aRule('env', 'podSpec.containers.all(c, !has(c.env) || c.env.size() < 9)'),
      aRule(
        'root',
        "podSpec.containers.all(c, !has(c.securityContext) || !('privileged' in c.securityContext))",
      ),
      aRule('bad', "podSpec.containers.all(c, 'memory' in c.resources.limits)"),
    ];
    const resultsOn = (minor: number) =>
      judge({ rules }, someFacts({ server: { ...someFacts().server, minor } }))
        .judge({ object, resource, namespaceObject: undefined }, now)
        ?.map(({ result }) => result);
    expect(resultsOn(36)).toEqual(['pass', 'pass', 'pass', 'fail']);
    expect(resultsOn(32)).toEqual(['error', 'error', 'error', 'fail']);
  });

  it('says what the rule computes, and the plain message where that cannot be computed', () => {
    const rule = {
      ...aRule('mode', 'false'),
      messageExpression: "'mode is ' + object.data.mode",
    };
    const messages = judge({ match: ofConfigMaps, rules: [rule] });
    expect(messages.judge(configMap({ mode: 'fast' }), now)).toMatchObject([{ message: 'mode is fast' }]);
    expect(messages.judge(configMap({ mode: 'a\nb' }), now)).toMatchObject([{ message: 'mode is wanted' }]);
    expect(messages.judge(configMap({}), now)).toMatchObject([{ message: 'mode is wanted' }]);
    const long = configMap({ mode: 'ä'.repeat(3 * 1024) });
    expect(messages.judge(long, now)).toMatchObject([{ message: 'mode is wanted' }]);
  });

  it('is an error where the rule turns out to be no condition', () => {
    const rules = [aRule('mode', 'object.data.mode')];
    expect(judge({ match: ofConfigMaps, rules }).judge(configMap({ mode: 'on' }), now)).toEqual([
      { rule: 'mode', result: 'error', message: 'no such overload' },
    ]);
  });

  it('calls variables as the Policy does, where one cannot be told', () => {
    const variables = [
      { name: 'modes', expression: 'object.data.modes' },
      { name: 'bad', expression: 'variables.modes.filter(m, m.bad)' },
    ];
    const rules = [aRule('mode', 'variables.bad.size() == 0')];
    expect(judge({ match: ofConfigMaps, variables, rules }).judge(configMap({}), now)).toEqual([
      { rule: 'mode', result: 'error', message: 'the variable bad: the variable modes: no such key: modes' },
    ]);
  });

  it('is none where the Policy does not match', () => {
    expect(judge().judge(configMap({}), now)).toBeUndefined();
    expect(judge().judge(pod([unlimited], { namespace: 'kube-system' }), now)).toBeUndefined();
    const prod = judge({ match: { workloads: true, namespaceSelector: { matchLabels: { stage: 'prod' } } } });
    const labelled = (labels: object) => ({
      ...pod([unlimited]),
      namespaceObject: { metadata: { name: 'shop', labels } },
    });
    expect(prod.readsNamespace).toBe(true);
    expect(prod.judge(labelled({ stage: 'dev' }), now)).toBeUndefined();
    expect(prod.judge(labelled({ stage: 'prod' }), now)).toHaveLength(1);
    expect(prod.judge(pod([unlimited]), now)).toBeUndefined();
  });

  it('depends on the labels of the namespace that are asked for, and on no others', () => {
    const selector = (key: string) => ({ matchLabels: { [key]: 'yes' } });
    const asks = (fields: Partial<PolicySpec>) => {
      const { namespaceLabels, readsNamespace } = judge(fields);
      expect(readsNamespace).toBe(namespaceLabels?.length !== 0);
      return namespaceLabels;
    };
    const reading = (expression: string) => ({ rules: [aRule('any', expression)] });
    expect(asks({})).toEqual([]);
    expect(asks(reading("namespaceObject.metadata.name != ''"))).toEqual([]);
    expect(asks(reading('has(namespaceObject.metadata.labels)'))).toBeUndefined();
    expect(asks({ match: { workloads: true, namespaces: ['shop'] } })).toEqual([]);
    expect(
      asks({
        match: {
          workloads: true,
          projects: ['shop'],
          namespaceSelector: selector('a'),
          exclude: [{ namespaceSelector: selector('b') }],
        },
        exceptions: [{ name: 'one', reason: 'why', match: { namespaceSelector: selector('c') } }],
      })?.toSorted(),
    ).toEqual(['a', 'b', 'c', 'mainstay.dev/project']);
  });

  it('is told for the worst of namespaces, where nothing is known of one but its name', () => {
    const labelless = { key: 'stage', operator: 'DoesNotExist' } as const;
    const unlabelled = { namespaceSelector: { matchExpressions: [labelless] } };
    const prod = judge({
      match: {
        workloads: true,
        namespaces: ['shop'],
        namespaceSelector: { matchLabels: { stage: 'prod' } },
        objectSelector: { matchLabels: { app: 'web' } },
        exclude: [unlabelled, { names: ['old'] }],
      },
      exceptions: [
        { name: 'by-labels', reason: 'why', match: unlabelled },
        { name: 'by-name', reason: 'why', match: { names: ['legacy'] } },
      ],
    });
    const told = (metadata: object) =>
      prod.judgeIfMatched(pod([unlimited], { labels: { app: 'web' }, ...metadata }), now);
    expect(told({})).toMatchObject([{ result: 'fail' }]);
    expect(told({ name: 'legacy' })).toMatchObject([{ result: 'skip', exception: { name: 'by-name' } }]);
    expect(told({ name: 'old' })).toBeUndefined();
    expect(told({ namespace: 'other' })).toBeUndefined();
    expect(told({ labels: {} })).toBeUndefined();
    expect(prod.judgeIfMatched(configMap({}), now)).toBeUndefined();
  });

  it('is none of what is in no namespace, where some are named, nor of what the API server never asks about', () => {
    const everything = { resources: [{ apiGroups: ['*'], resources: ['*'] }] };
    const clusterRoles = resource('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false);
    const webhooks = resource(
      'admissionregistration.k8s.io',
      'v1',
      'validatingwebhookconfigurations',
      'V',
      false,
    );
    const rules = [aRule('any', 'true')];
    const matched = (match: PolicySpec['match']) =>
      [clusterRoles, webhooks, configMaps].map((one) => judge({ match, rules }).mayMatch(one));
    expect(matched(everything)).toEqual([true, false, true]);
    expect(matched({ ...everything, namespaces: ['shop'] })).toEqual([false, false, true]);
  });

  it('is none of what is excluded', () => {
    const exclude = [{ names: ['web-*'] }, { namespaceSelector: { matchLabels: { legacy: 'yes' } } }];
    const excluding = judge({ match: { workloads: true, exclude } });
    const legacy = { metadata: { name: 'shop', labels: { legacy: 'yes' } } };
    expect(excluding.judge(pod([unlimited], { name: 'web-1' }), now)).toBeUndefined();
    expect(excluding.judge({ ...pod([unlimited]), namespaceObject: legacy }, now)).toBeUndefined();
    expect(excluding.judge(pod([unlimited]), now)).toHaveLength(1);
  });

  it('is an error in a version that the Policy does not name, for only the server can convert it', () => {
    const match = { resources: [{ ...ofConfigMaps.resources[0], apiVersions: ['v2'] }] };
    const other = judge({ match: match as PolicySpec['match'], rules: [aRule('any', 'true')] });
    expect(other.judge(configMap({}), now)).toMatchObject([{ result: 'error' }]);
  });
});

describe('an exception', () => {
  const exceptions = [
    {
      name: 'legacy',
      match: { names: ['web'] },
      reason: 'migrating',
      expires: '2027-01-31',
    },
  ];

  it('hides what is bad, and says so until its date', () => {
    const excepting = judge({ exceptions });
    expect(excepting.judge(pod([unlimited]), now)).toEqual([
      {
        rule: 'limits',
        result: 'skip',
        hidden: 'fail',
        message: 'limits is wanted',
        exception: { name: 'legacy', reason: 'migrating', expires: '2027-01-31' },
      },
    ]);
    expect(excepting.judge(pod([limited]), now)).toMatchObject([{ result: 'pass' }]);
    expect(excepting.judge(pod([unlimited], { name: 'other' }), now)).toMatchObject([{ result: 'fail' }]);
    expect(excepting.judge(pod([unlimited]), Date.UTC(2027, 0, 31))).toMatchObject([{ result: 'fail' }]);
  });

  it('that has expired when the judge is made hides nothing then, and would have before', () => {
    const late = judge({ exceptions }, someFacts({ now: Date.UTC(2028, 0, 1) }));
    expect(late.judge(pod([unlimited]), Date.UTC(2028, 0, 1))).toMatchObject([{ result: 'fail' }]);
    expect(late.judge(pod([unlimited]), now)).toMatchObject([{ result: 'skip' }]);
  });
});

describe('what has no verdict', () => {
  it.each([
    "request.userInfo.username != ''",
    'oldObject == null || object.data == oldObject.data',
    "authorizer.group('').resource('pods').check('get').allowed()",
    'request.dryRun',
  ])('is told, and never passes: %s', (expression) => {
    const judging = judge({ match: ofConfigMaps, rules: [aRule('asks', expression), aRule('good', 'true')] });
    expect(judging.findings).toMatchObject([
      { weight: 'Note', reason: 'JudgedOnRequest', field: 'spec.rules[0].expression' },
    ]);
    expect(judging.judge(configMap({}), now)).toEqual([{ rule: 'good', result: 'pass' }]);
  });

  it('is a rule that asks through a variable', () => {
    const variables = [{ name: 'who', expression: 'request.userInfo.username' }];
    const rules = [aRule('asks', "variables.who == 'root'")];
    const judging = judge({ match: ofConfigMaps, variables, rules });
    expect(judging.findings).toMatchObject([{ reason: 'JudgedOnRequest' }]);
    expect(judging.mayMatch(configMaps)).toBe(false);
  });

  it('is a match of deletions, or of a subresource', () => {
    const resources = [
      { apiGroups: [''], resources: ['configmaps'], operations: ['DELETE' as const] },
      { apiGroups: [''], resources: ['pods/exec'], operations: ['CONNECT' as const] },
    ];
    const judging = judge({ match: { resources }, rules: [aRule('any', 'true')] });
    expect(judging.findings.map(({ field }) => field)).toEqual([
      'spec.match.resources[0]',
      'spec.match.resources[1]',
    ]);
    expect([configMaps, pods].some((one) => judging.mayMatch(one))).toBe(false);
  });
});

describe('a Policy with a mistake', () => {
  it.each([
    ['syntax', 'object.', 'line 1, column'],
    ['a name', "'a' +\n  objekt.kind == ''", "line 2, column 3: undeclared reference to 'objekt'"],
    ['no condition', "'a'", 'must be true or false'],
  ])('judges nothing, and says where it is: %s', (_, expression, message) => {
    const judging = judge({ rules: [aRule('good', 'true'), aRule('bad', expression)] });
    expect(judging.findings).toMatchObject([
      {
        weight: 'Refused',
        reason: 'InvalidExpression',
        field: 'spec.rules[1].expression',
        message: expect.stringContaining(message),
      },
    ]);
    expect(judging.judge(pod([limited]), now)).toBeUndefined();
    expect(judging.mayMatch(pods)).toBe(false);
  });

  it('in a variable says which', () => {
    const variables = [{ name: 'images', expression: 'podSpec.containers.map(c, d.image)' }];
    const judging = judge({ variables, rules: [aRule('bad', 'variables.images.size() > 0')] });
    expect(judging.findings).toMatchObject([{ field: 'spec.variables[0].expression', weight: 'Refused' }]);
  });
});

describe('what a controller made', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'u', controller: true };
  const owned = (fields: object): JsonObject =>
    pod([], { ownerReferences: [{ ...owner, ...fields }] }).object;

  it('has an owner that the Policy matches as well', () => {
    expect(judge().ownerOf(owned({}))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: 'web-1',
      uid: 'u',
    });
    expect(judge().ownerOf(owned({ kind: 'Node', apiVersion: 'v1' }))).toBeUndefined();
    expect(judge().ownerOf(owned({ controller: false }))).toBeUndefined();
    expect(judge({ match: ofConfigMaps, rules: [aRule('a', 'true')] }).ownerOf(owned({}))).toBeUndefined();
  });
});
