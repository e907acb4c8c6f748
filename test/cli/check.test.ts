import { describe, expect, it } from 'vitest';
import { pod, policy, Workplace } from './workplace.ts';

describe('mainstay check', () => {
  it('is clean where all that is judged passes', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'pod.yaml': pod(false) });
    expect(work.check('--policies', 'policy.yaml', 'pod.yaml')).toEqual({
      text: '1 object, 1 Policy: 0 violations, 1 passed\n',
      exitCode: 0,
    });
  });

  it('points at the container that violates a Policy', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'pod.yaml': pod(true) });
    const { text, exitCode } = work.check('--policies', 'policy.yaml', 'pod.yaml');
    expect(text).toContain(
      'pod.yaml:12:9: error: Pod default/web: a container is privileged: <leave> it out (unprivileged/containers, high)\n',
    );
    expect(exitCode).toBe(1);
  });

  it('takes Policies from among the manifests, in any order and file', () => {
    using work = new Workplace({ 'all.yaml': `${pod(true)}---\n${policy()}` });
    expect(work.check('all.yaml')).toMatchObject({
      text: expect.stringContaining('1 object, 1 Policy: 1 violation'),
      exitCode: 1,
    });
  });

  it('judges by the restricted pack where there is no Policy at all, and by packs that are named', () => {
    using work = new Workplace({ 'pod.yaml': pod(true) });
    expect(work.check('pod.yaml').text).toContain('(pss-run-as-non-root/');
    const { text } = work.check('--pack', 'baseline', 'pod.yaml');
    expect(text).toContain('(pss-privileged/');
    expect(text).not.toContain('pss-run-as-non-root');
    expect(() => work.check('--pack', 'nonsense', 'pod.yaml')).toThrow('There is no pack nonsense');
  });

  it('says what is wrong of the owner alone, where a controller made the rest', () => {
    const replicaSet = `apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: a, image: a, securityContext: { privileged: true } }] }
`;
    const owner =
      'ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true }]';
    const owned = pod(true, `web-1\n  ${owner}`);
    using work = new Workplace({
      'policy.yaml': policy(),
      'both.yaml': `${owned}---\n${replicaSet}`,
      'alone.yaml': owned,
    });
    const { text } = work.check('--policies', 'policy.yaml', 'both.yaml');
    expect(text).toMatch(
      /^both.yaml:\d+:\d+: error: ReplicaSet default\/web: [^\n]*\n\n2 objects, 1 Policy: 1 violation, /,
    );
    expect(work.check('--policies', 'policy.yaml', 'alone.yaml').text).toContain('error: Pod default/web-1');
  });

  it('judges a pod by itself for what its owner is not to blame for, as an operator does', () => {
    const owned = (kind: string, name: string, by?: string) =>
      by === undefined
        ? `{ name: ${name} }`
        : `{ name: ${name}, ownerReferences: [{ apiVersion: apps/v1, kind: ${kind}, name: ${by}, uid: u, controller: true }] }`;
    const template = (privileged: boolean) =>
      `template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: a, image: a, securityContext: { privileged: ${privileged} } }] } }`;
    const workload = (kind: string, metadata: string, privileged: boolean) =>
      `apiVersion: apps/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec:\n  selector: { matchLabels: { app: web } }\n  ${template(privileged)}\n---\n`;
    const sidecar = pod(
      true,
      `web-1-x\n  ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true }]`,
    );
    const all = (deployment: boolean, replicaSet: boolean) =>
      `${workload('Deployment', owned('', 'web'), deployment)}${workload('ReplicaSet', owned('Deployment', 'web-1', 'web'), replicaSet)}${sidecar}`;
    using work = new Workplace({
      'policy.yaml': policy(),
      'injected.yaml': all(false, false),
      'written.yaml': all(true, true),
      'old.yaml': all(false, true),
    });
    const told = (file: string) => {
      const { text, exitCode } = work.check('--policies', 'policy.yaml', file);
      return { exitCode, of: [...text.matchAll(/error: (\w+ \S+):/g)].map(([, of]) => of) };
    };
    expect(told('injected.yaml')).toEqual({ exitCode: 1, of: ['Pod default/web-1-x'] });
    expect(told('written.yaml')).toEqual({ exitCode: 1, of: ['Deployment default/web'] });
    // Of a ReplicaSet that is kept for a rollback its Deployment says nothing.
    expect(told('old.yaml')).toEqual({ exitCode: 1, of: ['Pod default/web-1-x'] });
  });

  it('shows what an exception hides, until its date', () => {
    const excepting = (expires: string) =>
      policy(
        `  exceptions:\n    - { name: legacy, match: { names: [web] }, reason: migrating, expires: ${expires} }\n`,
      );
    using work = new Workplace({
      'holds.yaml': `${excepting('"2027-02-01"')}---\n${pod(true)}`,
      'over.yaml': `${excepting('"2026-02-01"')}---\n${pod(true)}`,
    });
    expect(work.check('holds.yaml')).toEqual({
      text: expect.stringMatching(
        /skipped: Pod default\/web: .*exception legacy until 2027-02-01: migrating\n(?:.|\n)*1 skipped/,
      ),
      exitCode: 0,
    });
    expect(work.check('over.yaml')).toMatchObject({
      text: expect.stringContaining('note: the exception legacy is over since 2026-02-01'),
      exitCode: 1,
    });
  });

  it('fails on what is enforced as strictly as is asked', () => {
    const enforced = (enforcement: string) => `${policy().replace('Deny', enforcement)}---\n${pod(true)}`;
    using work = new Workplace({
      'audit.yaml': enforced('Audit'),
      'warn.yaml': enforced('Warn'),
      'deny.yaml': enforced('Deny'),
    });
    const codes = (failOn: string) =>
      ['audit.yaml', 'warn.yaml', 'deny.yaml'].map((file) => work.check('--fail-on', failOn, file).exitCode);
    expect(codes('audit')).toEqual([1, 1, 1]);
    expect(codes('warn')).toEqual([0, 1, 1]);
    expect(codes('Deny')).toEqual([0, 0, 1]);
    expect(codes('never')).toEqual([0, 0, 0]);
    expect(work.check('--fail-on', 'deny', 'warn.yaml').text).toContain('warning: Pod default/web');
  });

  it('tells which rules only the API server can judge, and does not count them as passed', () => {
    const asks = policy().replace(/expression: .*/, 'expression: "request.userInfo.username != \'eve\'"');
    using work = new Workplace({ 'all.yaml': `${asks}---\n${pod(false)}` });
    expect(work.check('all.yaml')).toEqual({
      text: expect.stringMatching(
        /^all.yaml:10:7: note: Policy unprivileged: .*request.userInfo(?:.|\n)*0 violations, 0 passed\n$/,
      ),
      exitCode: 0,
    });
  });
});
