import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operatorProgram, writeOperatorKubeconfig } from '../installation.ts';
import type { Shop } from '../traffic/shop.ts';
import type { Target } from './target.ts';

export interface RunningOperator {
  /** Rejects, with the end of its log, when the operator ends by itself. */
  readonly ended: Promise<never>;
}

/** Starts the operator beside the cluster. It ends with the demo, whatever ends that. */
export async function startOperator(target: Target): Promise<RunningOperator> {
  const { kubectl, directory, reaper, rollouts } = target;
  const kubeconfig = join(directory, 'operator.yaml');
  await writeOperatorKubeconfig(kubectl, target.kubeconfig, kubeconfig);
  const log = join(directory, 'operator.log');
  const operator = await reaper.spawn({
    name: 'operator',
    command: [process.execPath, operatorProgram],
    log,
    environment: {
      KUBECONFIG: kubeconfig,
      MAINSTAY_PROBES_PORT: '0',
      MAINSTAY_METRICS_PORT: '0',
      ...(rollouts.by === 'Traffic' && allowAnalysisAt(rollouts.shop)),
    },
    graceMilliseconds: 10_000,
  });
  const ended = operator.exited.then(async ({ code, signal }): Promise<never> => {
    const lines = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n');
    throw new Error(`the operator ended with ${signal ?? `code ${code}`}:\n${lines.slice(-15).join('\n')}`);
  });
  // Nobody may be waiting for it when the demo itself ends it.
  ended.catch(() => undefined);
  return { ended };
}

/** The gateway and Prometheus have the address of the API server there, which is refused elsewhere. */
function allowAnalysisAt({ cluster }: Shop): Readonly<Record<string, string>> {
  return { MAINSTAY_DEPLOYMENT_ANALYSIS_ALLOW: `[${cluster.node.network.address}]` };
}
