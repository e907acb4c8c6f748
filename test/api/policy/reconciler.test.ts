import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validatingAdmissionPolicyBindings } from '../../../operator/index.ts';
import { eventually, until } from '../../eventually.ts';
import { images, Operated, workloads } from './operated.ts';
import { widget, widgets } from './widgets.ts';
import { app, job, pod } from './workloads.ts';

/** Policies as people apply them, and what the API server makes of requests then. */

let here: Operated;
beforeAll(async () => {
  here = await Operated.open();
});
afterAll(() => here[Symbol.asyncDispose]());

describe('a Policy that is applied', () => {
  const bad = pod('applied', 'a', 'bad/1');

  it('denies within seconds, says so, and finds what is there', async () => {
    await here.namespace('applied');
    await here.client.request({ method: 'POST', path: '/api/v1/namespaces/applied/pods', body: bad });
    await here.apply('applied', { ...workloads('applied'), rules: [images('good')] });
    await here.refused(pod('applied', 'b', 'bad/1'), 'Policy applied, rule registry: images come from good/');
    await here.condition('applied', 'Ready', 'True');
    const { message } = await here.condition('applied', 'Enforced', 'True', 'AsDesired');
    expect(message).toContain('is denied');
    const { status } = await here.get('applied');
    expect(status).toMatchObject({
      enforcement: 'Deny',
      counts: { fail: 1 },
      violations: [{ kind: 'Pod', namespace: 'applied', name: 'a', rule: 'registry' }],
    });
    const [compiled] = await here.compiled('applied');
    expect(compiled?.spec?.failurePolicy, 'it has earned to fail').toBe('Fail');
  });

  /** Each breaks the rule of one Policy alone. */
  const worse = pod('applied', 'b', 'bad/1');
  const odd = pod('applied', 'odd', 'good/1');

  it('shares its object with one that is alike, and is in force at every moment', async () => {
    const found = await here.refusalsWhile(worse, async () => {
      const rule = { name: 'odd', expression: "object.metadata.name != 'odd'", message: 'not this one' };
      await here.apply('alike', { ...workloads('applied'), rules: [rule] });
      await here.condition('alike', 'Ready', 'True');
      await until('the one before has gone', async () => (await here.compiled('applied')).length === 1);
    });
    expect(await here.compiled('alike')).toEqual(await here.compiled('applied'));
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((refusal) => refusal?.includes('Policy applied') !== true)).toEqual([]);
    await here.refused(odd, 'Policy alike');
  });

  it('denies nothing any more once it is deleted, and the other is in force at every moment', async () => {
    const found = await here.refusalsWhile(odd, async () => {
      await here.delete('applied');
      await until('it is in no object any more', async () => (await here.compiled('applied')).length === 0);
    });
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((refusal) => refusal?.includes('Policy alike') !== true)).toEqual([]);
    await here.taken(worse);
    await here.delete('alike');
    await here.taken(odd);
    await until('nothing is left', async () => (await here.compiled('alike')).length === 0);
  });
});

describe('a Policy that is changed', () => {
  it('leaves no moment in which neither the old nor the new is in force', async () => {
    await here.namespace('changed');
    await here.apply('changed', { ...workloads('changed'), rules: [images('good')] });
    const bad = pod('changed', 'a', 'bad/1');
    await here.refused(bad, 'rule registry');
    const [before] = await here.compiled('changed');
    const found = await here.refusalsWhile(bad, async () => {
      await here.apply('changed', { ...workloads('changed'), rules: [images('better')] });
      await until('the old object is gone', async () => {
        const now = await here.compiled('changed');
        return now.length === 1 && now[0]?.metadata.name !== before?.metadata.name;
      });
    });
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((refusal) => refusal === undefined)).toEqual([]);
    await here.refused(bad, 'images come from better/');
  });

  it('to what is no rule for a kind is refused with the place, and the last good one holds', async () => {
    const rules = [
      images('better'),
      { name: 'typo', expression: 'true &&\n  podSpec.hostNetwrok != true', message: 'no' },
    ];
    await here.apply('changed', { ...workloads('changed'), rules });
    const { message } = await here.condition('changed', 'Stalled', 'True', 'InvalidExpression');
    expect(message).toContain('spec.rules[1].expression: line 2, column 11: ');
    expect(message).toContain("undefined field 'hostNetwrok'");
    const enforced = await here.condition('changed', 'Enforced', 'True', 'LastGood');
    expect(enforced.message).toContain('by generation 2: generation 3 is not');
    expect(await here.refusal(pod('changed', 'a', 'good/1'))).toContain('images come from better/');
    expect(await here.events('changed')).toContain('Refused');
  });

  it('and another that shared with it may change meanwhile', async () => {
    await here.apply('beside', { ...workloads('changed'), rules: [images('better', 'beside')] });
    await here.condition('beside', 'Ready', 'True');
    expect(
      (await here.compiled('beside')).map(({ metadata }) => metadata.annotations?.['mainstay.dev/policies']),
    ).toEqual(['beside,changed']);
    await here.delete('beside');
    await until('it stands alone again', async () => (await here.compiled('beside')).length === 0);
    await here.refused(pod('changed', 'a', 'good/1'), 'Policy changed');
  });

  it('is in force as it says once it is mended', async () => {
    await here.apply('changed', { ...workloads('changed'), rules: [images('good')] });
    await here.condition('changed', 'Ready', 'True');
    await here.condition('changed', 'Enforced', 'True', 'AsDesired');
    await here.taken(pod('changed', 'a', 'good/1'));
    await here.delete('changed');
  });
});

describe('what somebody does to what denies', () => {
  it('is mended at once, and told', async () => {
    await here.namespace('drift');
    await here.apply('drift', { ...workloads('drift'), rules: [images('good')] });
    await here.condition('drift', 'Ready', 'True');
    const [compiled] = await here.compiled('drift');
    const name = compiled?.metadata.name ?? '';
    await here.kubectl.run('delete', 'validatingadmissionpolicybinding', name);
    await eventually(() => here.client.get(validatingAdmissionPolicyBindings, { name }));
    const audit = JSON.stringify({ spec: { validationActions: ['Audit'] } });
    await here.kubectl.run('patch', 'validatingadmissionpolicybinding', name, '--type=merge', '-p', audit);
    await eventually(async () => {
      const { spec } = await here.client.get(validatingAdmissionPolicyBindings, { name });
      expect(spec?.validationActions).toEqual(['Deny']);
    });
    const open = JSON.stringify({ spec: { matchConditions: [{ name: 'never', expression: 'false' }] } });
    await here.kubectl.run('patch', 'validatingadmissionpolicy', name, '--type=merge', '-p', open);
    await eventually(async () => {
      const [now] = await here.compiled('drift');
      expect(now?.spec).toEqual(compiled?.spec);
    });
    await here.refused(pod('drift', 'a', 'bad/1'), 'Policy drift');
    await eventually(async () => expect(await here.events('drift')).toContain('Repaired'));
    await here.delete('drift');
  });
});

describe('an exception', () => {
  it('holds until its date, and is told of when that is over', async () => {
    await here.namespace('excepted');
    const late = app('Deployment', 'excepted', 'late', 'bad/1');
    await here.client.request({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/excepted/deployments',
      body: late,
    });
    const expires = new Date(Date.now() + 20_000).toISOString().replace(/[.]\d+Z$/, 'Z');
    const exceptions = [{ name: 'late', match: { names: ['late*'] }, reason: 'migrating', expires }];
    await here.apply('excepted', { ...workloads('excepted'), rules: [images('good')], exceptions });
    await here.refused(pod('excepted', 'a', 'bad/1'), 'Policy excepted');
    const change = (image: string) =>
      here.kubectl.attempt([
        ...['set', 'image', 'deployment/late', `main=${image}`, '-n', 'excepted', '--dry-run=server'],
      ]);
    expect((await change('bad/2')).code).toBe(0);
    await until('it is counted as excepted', async () => {
      const { status } = await here.get('excepted');
      return (status?.counts?.skip ?? 0) >= 1 && status?.expired === undefined;
    });
    await until('what is changed after its date is refused', async () =>
      (await change('bad/2')).stderr.includes('Policy excepted'),
    );
    expect(Date.now()).toBeGreaterThan(Date.parse(expires));
    await eventually(async () => {
      const { status } = await here.get('excepted');
      expect(status?.expired).toEqual(['late']);
      expect(await here.events('excepted')).toContain('ExceptionExpired');
    });
    await here.delete('excepted');
  });
});

describe('what ran before the Policy came', () => {
  it('finishes, is adopted, and goes', async () => {
    await here.namespace('before');
    const oldJob = job('before', 'batch', 'bad/1');
    const replicaSet = app('ReplicaSet', 'before', 'replicas', 'bad/1');
    await here.kubectl.apply([oldJob, replicaSet]);
    const jobPod = () =>
      here.kubectl.run(...['get', 'pods', '-n', 'before', '-l', 'job-name=batch', '-o', 'name']);
    await until('the Job has its pod', async () => (await jobPod()) !== '');
    await here.apply('before', { ...workloads('before'), rules: [images('good')] });
    await here.refused(pod('before', 'a', 'bad/1'), 'Policy before');
    const patch = (what: string, body: object, ...more: readonly string[]) =>
      here.kubectl.run('patch', what, '-n', 'before', '--type=merge', '-p', JSON.stringify(body), ...more);
    await patch((await jobPod()).trim(), { status: { phase: 'Succeeded' } }, '--subresource=status');
    await here.kubectl.run('wait', 'job/batch', '-n', 'before', '--for=condition=Complete', '--timeout=60s');
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt' };
    const { metadata } = JSON.parse(
      await here.kubectl.run('get', 'configmap', owner.name, '-n', 'before', '-o', 'json'),
    );
    await patch('replicaset/replicas', { metadata: { ownerReferences: [{ ...owner, uid: metadata.uid }] } });
    await patch('replicaset/replicas', { metadata: { finalizers: ['example.com/hold'] } });
    await here.kubectl.run('delete', 'replicaset/replicas', '-n', 'before', '--wait=false');
    const template = { spec: { containers: [{ name: 'main', image: 'bad/2' }] } };
    await patch('replicaset/replicas', { spec: { template } });
    await patch('replicaset/replicas', { metadata: { finalizers: null } });
    await until('it is gone', async () => {
      const { code } = await here.kubectl.attempt(['get', 'replicaset/replicas', '-n', 'before']);
      return code !== 0;
    });
    await here.delete('before');
  });
});

describe('a Policy that goes on by itself', () => {
  it('counts while something violates it, and denies once nothing does', async () => {
    await here.namespace('promoted');
    const bad = pod('promoted', 'bad', 'bad/1');
    await here.kubectl.apply([bad]);
    await here.apply('promoted', {
      ...workloads('promoted'),
      enforcement: 'Audit',
      promotion: { to: 'Deny', afterCleanFor: '3s' },
      rules: [images('good')],
    });
    await here.condition('promoted', 'Ready', 'True');
    await eventually(async () => {
      const { status } = await here.get('promoted');
      expect(status?.promotion?.message).toContain('Pod promoted/bad for one');
      expect(status?.enforcement).toBe('Audit');
    });
    expect(await here.refusal(pod('promoted', 'other', 'bad/1'))).toBeUndefined();
    await here.kubectl.run('delete', 'pod', 'bad', '-n', 'promoted', '--force', '--grace-period=0');
    await here.refused(pod('promoted', 'other', 'bad/1'), 'Policy promoted');
    const { status } = await here.get('promoted');
    expect(status?.promotion?.at).toBeDefined();
    await eventually(async () => expect((await here.get('promoted')).status?.enforcement).toBe('Deny'));
    expect(await here.events('promoted')).toContain('Promoted');
  });
});

describe('a kind that comes later', () => {
  const spec = {
    match: { resources: [{ apiGroups: ['example.com'], resources: ['widgets'] }] },
    rules: [{ name: 'size', expression: 'object.spec.size < 5', message: 'too large' }],
  };
  it('is judged from then on', async () => {
    await here.apply('widgets', spec);
    const { message } = await here.condition('widgets', 'Ready', 'True');
    expect(message).toContain('does not serve widgets.example.com now');
    await here.kubectl.apply([widgets]);
    await here.refused(widget(7), 'Policy widgets, rule size: too large');
    await here.taken(widget(3));
    await eventually(async () => {
      const { message } = await here.condition('widgets', 'Ready', 'True');
      expect(message).not.toContain('does not serve');
    });
    const [compiled] = await here.compiled('widgets');
    expect(compiled?.spec?.failurePolicy).toBe('Fail');
  });

  it('and what its definition does not have is found', async () => {
    const rules = [{ name: 'size', expression: 'object.spec.siz < 5', message: 'too large' }];
    await here.apply('widgets', { ...spec, rules });
    const { message } = await here.condition('widgets', 'Stalled', 'True', 'InvalidExpression');
    expect(message).toContain("line 1, column 13: undefined field 'siz'");
    expect(await here.refusal(widget(7)), 'the last good one holds').toContain('too large');
    await here.delete('widgets');
  });
});

describe('an operator that starts again', () => {
  it('writes nothing, and keeps what was good last', async () => {
    await here.namespace('restart');
    await here.apply('restart', { ...workloads('restart'), rules: [images('good')] });
    await here.condition('restart', 'Ready', 'True');
    await here.apply('restart', {
      ...workloads('restart'),
      rules: [{ ...images('good'), expression: 'podSpec.nothing' }],
    });
    await here.condition('restart', 'Enforced', 'True', 'LastGood');
    await here.settled();
    await here.stopOperator();
    const before = await here.written();
    await here.startOperator();
    // What it does when it starts is over once a Policy that came after it is in force.
    await here.apply('marker', { ...workloads('restart'), enforcement: 'Audit', rules: [images('good')] });
    await here.condition('marker', 'Ready', 'True');
    const added = (await here.written()).slice(before.length);
    const ofMarker = await here.compiled('marker');
    const names = ['marker', 'mainstay-policy-probe', ...ofMarker.map(({ metadata }) => metadata.name)];
    expect(added.filter((line) => !names.some((name) => line.includes(name)))).toEqual([]);
    expect(added.length).toBeGreaterThan(0);
    await here.refused(pod('restart', 'a', 'bad/1'), 'Policy restart');
    await here.delete('marker');
  });

  it('and one that never does leaves nothing that denies when the definition is deleted', async () => {
    await here.stopOperator();
    await here.kubectl.run('delete', 'crd', 'policies.mainstay.dev');
    await here.taken(pod('restart', 'a', 'bad/1'));
    await until(
      'nothing of ours is left',
      async () => {
        const left = await here.kubectl.run(
          ...['get', 'validatingadmissionpolicies,validatingadmissionpolicybindings'],
          ...['-l', 'mainstay.dev/policies', '-o', 'name'],
        );
        return left.trim() === '';
      },
      { within: 90_000 },
    );
  });
});
