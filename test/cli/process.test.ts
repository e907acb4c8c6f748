import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pod, policy, Workplace } from './workplace.ts';

const mainstay = fileURLToPath(new URL('../../cli/mainstay.ts', import.meta.url));

function run(args: readonly string[], input = '', cwd = '.') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [mainstay, ...args], {
    input,
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the program', { timeout: 120_000 }, () => {
  it('reads what comes from a pipe, and says by its exit code what it found', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'good.yaml': pod(false) });
    const checked = (input: string) => run(['check', '--policies', 'policy.yaml', '-'], input, work.path);
    expect(checked(pod(false))).toEqual({
      status: 0,
      stderr: '',
      stdout: '1 object, 1 Policy: 0 violations, 1 passed\n',
    });
    expect(checked(pod(true))).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^stdin:12:9: error: /),
    });
    expect(checked('a: [')).toMatchObject({ status: 2, stdout: expect.stringContaining('stdin:') });
    expect(checked('')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('there is nothing in it'),
    });
  });

  it('waits for a pipe that is slow, and made not to wait by whoever started it', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'good.yaml': pod(false) });
    // Whoever only looks at its own input makes it one that does not wait, for all that it starts, too.
    const started = `void process.stdin;
      const args = [${JSON.stringify(mainstay)}, 'check', '--policies', 'policy.yaml', '-'];
      const { status } = require('node:child_process').spawnSync(process.execPath, args, { stdio: 'inherit' });
      process.exit(status);`;
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `(sleep 1; cat good.yaml) | '${process.execPath}' -e "$STARTED"`],
      { cwd: work.path, encoding: 'utf8', env: { ...process.env, STARTED: started } },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '1 object, 1 Policy: 0 violations, 1 passed\n',
      stderr: '',
    });
  });

  it('reads what a shell hands it as a file that is none', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'bad.yaml': pod(true) });
    const { status, stdout } = spawnSync(
      'bash',
      ['-c', `'${process.execPath}' '${mainstay}' check --policies policy.yaml <(cat bad.yaml)`],
      { cwd: work.path, encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^\/dev\/fd\/\d+:12:9: error: /);
    expect(status).toBe(1);
  });

  it('says what it found, though nobody reads to the end', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'bad.yaml': pod(true) });
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '-c',
        `'${process.execPath}' '${mainstay}' check --policies policy.yaml bad.yaml | true; echo \${PIPESTATUS[0]}`,
      ],
      { cwd: work.path, encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' });
  });

  it('says how it is used', () => {
    expect(run(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage: mainstay check'),
    });
    expect(run(['check'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('Give at least one path'),
    });
  });

  it('judges a thousand manifests by the restricted pack in a moment', () => {
    const manifest = (index: number) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${index}
  labels: { app: web-${index} }
spec:
  replicas: 3
  selector:
    matchLabels: { app: web-${index} }
  template:
    metadata:
      labels: { app: web-${index} }
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: web
          image: registry.example.com/web:${index}
          ports:
            - containerPort: 8080
              name: web
          env:
            - name: MODE
              value: production
          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { memory: 256Mi }
          readinessProbe:
            httpGet: { path: /healthz, port: web }
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: data, mountPath: /data }
      volumes:
        - name: data
          emptyDir: {}
`;
    using work = new Workplace({
      'all.yaml': Array.from({ length: 1000 }, (_, index) => manifest(index)).join('---\n'),
    });
    // Of the processor, since the machine has other things to do as well, which make it slower, too.
    const timed = `process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error((user + system) / 1e6); });`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(timed)}`,
        mainstay,
        'check',
        join(work.path, 'all.yaml'),
      ],
      { encoding: 'utf8' },
    );
    expect(stdout).toMatch(/^1000 objects, \d+ Policies: 0 violations, \d+ passed\n$/);
    expect(status).toBe(0);
    console.log(`1,000 manifests: ${stderr.trim()} s of a processor`);
    expect(Number(stderr)).toBeLessThan(10);
  });
});
