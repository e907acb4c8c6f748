import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pod, policy, Workplace } from './workplace.ts';

const answer = z.object({
  framework: z.object({
    name: z.string(),
    controls: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        policies: z.array(z.string()),
        result: z.enum(['pass', 'fail', 'notChecked']),
        violations: z.number(),
        why: z.string().optional(),
      }),
    ),
  }),
});

function standing(work: Workplace, ...args: readonly string[]) {
  const { text } = work.check('--output=json', '--framework=CIS-Kubernetes-1.10', ...args);
  const { controls } = answer.parse(JSON.parse(text)).framework;
  return new Map(controls.map((control) => [control.id, control]));
}

describe('a framework', () => {
  it('is told of control by control: what passes, what fails, and what is not checked, with the reason', () => {
    using work = new Workplace({ 'pod.yaml': pod(true) });
    const controls = standing(work, 'pod.yaml');
    expect(controls.size).toBe(35);
    expect(controls.get('5.2.2')).toMatchObject({
      result: 'fail',
      violations: 1,
      policies: ['pss-privileged'],
    });
    expect(controls.get('5.2.3')).toMatchObject({ result: 'pass', violations: 0 });
    expect(controls.get('5.1.3')).toMatchObject({
      result: 'notChecked',
      policies: ['wildcards'],
      why: 'nothing here is what its Policies are about',
    });
    expect(controls.get('5.2.1')).toMatchObject({
      result: 'notChecked',
      policies: [],
      why: expect.stringContaining('its own status'),
    });
  });

  it('passes as far as its Policies see', () => {
    const tokenless = pod(false).replace('spec:', 'spec:\n  automountServiceAccountToken: false');
    using work = new Workplace({ 'pod.yaml': tokenless });
    expect(standing(work, 'pod.yaml').get('5.1.6')).toMatchObject({
      result: 'pass',
      why: expect.stringContaining('only its authors know'),
    });
    expect(work.check('--framework=CIS-Kubernetes-1.10', 'pod.yaml').text).toMatch(
      /\n {2}pass {2}5\.1\.6 .*; but: whether a pod .*\n/,
    );
  });

  it('is a table in text, after what was found', () => {
    using work = new Workplace({ 'pod.yaml': pod(true) });
    const { text, exitCode } = work.check('--framework=cis-kubernetes-1.10', 'pod.yaml');
    expect(text).toMatch(
      /\n\nCIS-Kubernetes-1.10 \(CIS Kubernetes Benchmark.*\): \d+ of 35 controls fail, \d+ pass, \d+ are not checked here\n/,
    );
    expect(text).toContain('\n  fail  5.2.2   No privileged containers: 1 violation (pss-privileged)\n');
    expect(text).toContain('\n  pass  5.2.3   No process namespace of the host (pss-host-namespaces)\n');
    expect(text).toContain('\n  -     5.2.1   Something judges pods at admission; not checked: ');
    expect(exitCode).toBe(1);
  });

  it('counts Policies of your own that say what they check, and what exceptions hide', () => {
    const own = policy(
      '  controls: [{ framework: CIS-Kubernetes-1.10, id: 5.2.1 }]\n  exceptions:\n    - { name: old, match: { names: [web] }, reason: why }\n',
    );
    using work = new Workplace({ 'policy.yaml': own, 'pod.yaml': pod(true) });
    expect(standing(work, '--policies', 'policy.yaml', 'pod.yaml').get('5.2.1')).toMatchObject({
      result: 'pass',
      policies: ['unprivileged'],
      why: expect.stringMatching(/^1 hidden by exceptions; /),
    });
  });

  it('does not pass with what could not be judged', () => {
    const broken = policy('  controls: [{ framework: CIS-Kubernetes-1.10, id: 5.2.1 }]\n').replace(
      /expression: .*/,
      'expression: "podSpec.nothing == 1"',
    );
    using work = new Workplace({ 'policy.yaml': broken, 'pod.yaml': pod(false) });
    expect(standing(work, '--policies', 'policy.yaml', 'pod.yaml').get('5.2.1')).toMatchObject({
      result: 'notChecked',
      why: 'an object could not be judged',
    });
  });

  it('that there is not is a mistake', () => {
    using work = new Workplace({ 'pod.yaml': pod(false) });
    expect(() => work.check('--framework', 'ISO', 'pod.yaml')).toThrow(
      'There is no framework ISO, but CIS-Kubernetes-1.10, GDPR, HIPAA, NSA-CISA, SOC2.',
    );
  });
});
