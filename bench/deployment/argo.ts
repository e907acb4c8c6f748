import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { defineResource } from '../../operator/index.ts';
import { untilEstablished } from '../../test/installation.ts';
import { prepared } from '../peerBuild.ts';
import { isHealthy, type Rollout, type RolloutContestant } from './contestants.ts';

const run = promisify(execFile);
const module = 'github.com/argoproj/argo-rollouts';
const namespace = 'argo-rollouts';

/** The same steps in its own words. */
const canary = {
  strategy: {
    canary: {
      steps: [
        { setWeight: 20 },
        { pause: { duration: '5s' } },
        { setWeight: 60 },
        { pause: { duration: '5s' } },
      ],
    },
  },
};

/**
 * Argo Rollouts' controller with its own definitions and rights. Built from its Go module on first use, which takes
 * minutes; rejects where there is no Go. `qps`: the requests a second that it allows itself; absent, its own default.
 */
export async function argoRollouts(qps?: number): Promise<RolloutContestant> {
  const directory = await prepared('argo-rollouts', async (source, target) => {
    const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' };
    const options = { cwd: source, env: environment, maxBuffer: 2 ** 24 };
    const program = `${module}/cmd/rollouts-controller`;
    await run(
      'go',
      ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(target, 'peer'), program],
      options,
    );
    const { stdout } = await run('go', ['list', '-m', '-f', '{{.Dir}} {{.Version}}', module], options);
    const [folder = '', version = ''] = stdout.trim().split(' ');
    await copyFile(join(folder, 'manifests/install.yaml'), join(target, `install-${version}.yaml`));
  });
  const version = /argo-rollouts (v\S+)/.exec(await readFile(goMod, 'utf8'))?.[1] ?? 'unknown';
  const allowed = qps === undefined ? 'its default of requests a second' : `${qps} requests a second`;
  return {
    name: qps === undefined ? 'Argo Rollouts, default QPS' : 'Argo Rollouts',
    description: `Argo Rollouts ${version}, built by the Go here; it allows itself ${allowed}`,
    resource: defineResource<Rollout>({
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Rollout',
      plural: 'rollouts',
      scope: 'Namespaced',
    }),
    spec: canary,
    isDone: isHealthy,
    operator: {
      user: `system:serviceaccount:${namespace}:argo-rollouts`,
      install: async (kubectl) => {
        const text = await readFile(join(directory, `install-${version}.yaml`), 'utf8');
        const objects = parseAllDocuments(text).map(
          (document) => document.toJS() as { readonly kind: string },
        );
        await kubectl.run('create', 'namespace', namespace);
        await kubectl.apply(
          objects.filter(({ kind }) => kind !== 'Deployment'),
          '--server-side',
          `--namespace=${namespace}`,
        );
        await untilEstablished(kubectl, 'rollouts.argoproj.io');
      },
      program: {
        name: 'Argo Rollouts',
        description: '',
        lease: 'argo-rollouts-controller-lock',
        command: async () => ({
          command: [
            join(directory, 'peer'),
            '--loglevel=warn',
            // Port 0: the system's choice.
            '--metricsPort=0',
            '--healthzPort=0',
            ...(qps === undefined ? [] : [`--qps=${qps}`, `--burst=${2 * qps}`]),
          ],
        }),
      },
    },
  };
}

const goMod = new URL('../peers/argo-rollouts/go.mod', import.meta.url);
