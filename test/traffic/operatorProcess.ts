import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RealCluster } from '../../cluster/node/realCluster.ts';
import type { ProcessSpec } from '../../cluster/processes/protocol.ts';
import type { ReapedProcess, Reaper } from '../../cluster/processes/reaper.ts';
import { operatorProgram, writeOperatorKubeconfig } from '../installation.ts';
import type { Kubectl } from '../kubectl.ts';

/**
 * The real program beside a real cluster, with exactly the rights of its ServiceAccount. It goes with the cluster, however
 * that ends.
 */
export class OperatorProcess {
  readonly #reaper: Reaper;
  readonly #spec: ProcessSpec;
  #process: ReapedProcess | undefined;
  #ended: string | undefined;

  private constructor(reaper: Reaper, spec: ProcessSpec) {
    this.#reaper = reaper;
    this.#spec = spec;
  }

  /** Mainstay must be installed. `environment`: further settings, such as `MAINSTAY_LOG_LEVEL`. */
  static async start(
    { controlPlane, kubeconfig, node }: RealCluster,
    kubectl: Kubectl,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<OperatorProcess> {
    const own = join(controlPlane.directory, 'operator.yaml');
    await writeOperatorKubeconfig(kubectl, kubeconfig, own);
    const operator = new OperatorProcess(controlPlane.reaper, {
      name: 'operator',
      command: [process.execPath, operatorProgram],
      log: controlPlane.files.log('operator'),
      environment: {
        NODE_ENV: 'production',
        KUBECONFIG: own,
        MAINSTAY_PROBES_PORT: '0',
        MAINSTAY_METRICS_PORT: '0',
        // The gateway and Prometheus have the address of the API server here, which is refused elsewhere.
        MAINSTAY_DEPLOYMENT_ANALYSIS_ALLOW: `[${node.network.address}]`,
        ...environment,
      },
      graceMilliseconds: 20_000,
    });
    await operator.startAgain();
    return operator;
  }

  /** How it ended, and its last words, if nobody here ended it. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  log(): Promise<string> {
    return readFile(this.#spec.log, 'utf8').catch(() => '');
  }

  /** SIGKILL: whatever it was doing ends in the middle. Its Lease is held until its time is over. */
  async kill(): Promise<void> {
    await this.#end(0);
  }

  /** SIGTERM, and waits until it has ended. */
  async stop(): Promise<void> {
    await this.#end();
  }

  /** After `kill` or `stop`; its log goes on in the same file. */
  async startAgain(): Promise<void> {
    if (this.#process !== undefined) throw new Error('the operator runs already');
    const process = await this.#reaper.spawn(this.#spec);
    this.#process = process;
    void process.exited.then(async ({ code, signal }) => {
      if (this.#process !== process) return;
      const words = (await this.log()).trimEnd().split('\n').slice(-15).join('\n');
      this.#ended = `the operator ended by itself, with ${signal ?? `code ${code}`}:\n${words}`;
    });
  }

  async #end(graceMilliseconds?: number): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.end(graceMilliseconds);
  }
}
