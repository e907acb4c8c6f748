import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import type { Cluster } from '../../../cluster/index.ts';
import type { ReapedProcess } from '../../../cluster/processes/reaper.ts';
import type { Exchange, SeenRequest } from '../exchange.ts';
import { pass } from '../exchange.ts';
import { FaultProxy } from '../proxy.ts';
import { projectIn } from './people.ts';

/**
 * When a process dies.
 *
 * - AnyTime: some milliseconds after so and so many writes of the process, whatever it does then.
 * - BetweenWrites: a reconcile has made its n-th write and had its answer, and sends the next, which never arrives.
 * - BeforeAnswer: the server has done the n-th write of a reconcile, whose status is still to be written, and the process
 *   never hears of it.
 */
export type Moment = 'AnyTime' | 'BetweenWrites' | 'BeforeAnswer';

export interface Plan {
  readonly moment: Moment;
  /** Writes of the process before which it does not die: however slow the machine, each process gets something done. */
  readonly notBefore: number;
  /** Writes of one reconcile. */
  readonly after: number;
  /** Milliseconds, for AnyTime. */
  readonly delay: number;
}

/**
 * As short as processes that are killed all the time need it. Such a lease leaves a write 0.8 s; few at a time, so that
 * a busy machine answers them within that.
 */
const settings = {
  MAINSTAY_LEADER_ELECTION_LEASE_DURATION: '2s',
  MAINSTAY_LEADER_ELECTION_RENEW_DEADLINE: '1200ms',
  MAINSTAY_LEADER_ELECTION_RETRY_PERIOD: '250ms',
  MAINSTAY_PROJECT_CONCURRENCY: '6',
  MAINSTAY_PROJECT_USAGE_INTERVAL: '3000',
  MAINSTAY_PROBES_PORT: '0',
  MAINSTAY_METRICS_PORT: '0',
};

/** The real program in a process of its own, whose requests pass a proxy of its own, where its writes are counted. */
export class OperatorProcess {
  readonly #cluster: Cluster;
  readonly #proxy: FaultProxy;
  readonly #program: string;
  readonly #kubeconfig: string;
  readonly #leads = Promise.withResolvers<void>();
  readonly #dies = Promise.withResolvers<Moment>();
  /** What was written and answered of the reconcile that is under way, by Project. */
  readonly #written = new Map<string, number>();
  #writes = 0;
  #plan: Plan | undefined;
  /** When it wrote last, on the monotonic clock; at first, when it is given up as having nothing to do. */
  #active = 0;
  #killed = false;
  #running: ReapedProcess | undefined;

  private constructor(cluster: Cluster, proxy: FaultProxy, program: string, kubeconfig: string) {
    this.#cluster = cluster;
    this.#proxy = proxy;
    this.#program = program;
    this.#kubeconfig = kubeconfig;
    // Looked at by whoever waits for it to lead.
    this.#leads.promise.catch(() => {});
    proxy.on(
      ({ method }) => method !== 'GET',
      (exchange) => this.#serve(exchange),
    );
  }

  /** `kubeconfig` has the operator's rights. */
  static async start(cluster: Cluster, program: string, kubeconfig: string): Promise<OperatorProcess> {
    const proxy = await FaultProxy.start({ target: new URL(cluster.url), authority: cluster.authority });
    const own = join(cluster.directory, `operator-${new URL(proxy.url).port}.yaml`);
    const content = parse(await readFile(kubeconfig, 'utf8')) as {
      readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
    };
    const clusters = content.clusters.map((one) => ({
      ...one,
      cluster: { ...one.cluster, server: proxy.url },
    }));
    await writeFile(own, stringify({ ...content, clusters }), { mode: 0o600 });
    const operator = new OperatorProcess(cluster, proxy, program, own);
    await operator.#run();
    return operator;
  }

  /** Resolves when it has begun to lead. Rejects if it ends by itself, unless it could not keep its lease. */
  get leads(): Promise<void> {
    return this.#leads.promise;
  }

  /** Resolves when it has come about, and says which moment it was: any, where nobody wants anything of the operator. */
  dieAt(plan: Plan): Promise<Moment> {
    this.#plan = plan;
    this.#active = performance.now() + 5000;
    void this.#dieIdle();
    return this.#dies.promise;
  }

  /** SIGKILL, at this very moment; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#plan = undefined;
    if (this.#running !== undefined) {
      signalled(this.#running.pid);
      await this.#running.exited;
    }
    await this.#proxy[Symbol.asyncDispose]();
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { seen } = exchange;
    const project = projectIn(seen.path);
    if (project === undefined) return pass(exchange);
    const before = this.#written.get(project) ?? 0;
    const plan = this.#plan !== undefined && this.#writes >= this.#plan.notBefore ? this.#plan : undefined;
    this.#active = performance.now();
    if (plan?.moment === 'BetweenWrites' && before >= plan.after) return this.#die(plan);
    if (plan?.moment === 'BeforeAnswer' && before + 1 >= plan.after && !endsReconcile(seen)) {
      this.#plan = undefined;
      // Whatever came of it, the process hears of it no more.
      await exchange.perform().catch(() => {});
      return this.#die(plan);
    }
    if (plan?.moment === 'AnyTime') {
      this.#plan = undefined;
      void pause(plan.delay).then(() => this.#die(plan));
    }
    this.#writes += 1;
    await exchange.forward();
    if (endsReconcile(seen)) this.#written.delete(project);
    // Others of the same reconcile may have been answered meanwhile.
    else this.#written.set(project, (this.#written.get(project) ?? 0) + 1);
    exchange.end();
  }

  async #dieIdle(): Promise<void> {
    while (this.#plan !== undefined && performance.now() - this.#active < 3000) await pause(100);
    if (this.#plan !== undefined) this.#die({ ...this.#plan, moment: 'AnyTime' });
  }

  #die({ moment }: Plan): void {
    void this.kill();
    this.#dies.resolve(moment);
  }

  /** Under the cluster's reaper, so that it goes with the cluster, however this process ends. */
  async #run(): Promise<void> {
    const name = `operator-${new URL(this.#proxy.url).port}`;
    const log = join(this.#cluster.directory, `${name}.log`);
    await rm(log, { force: true });
    const running = await this.#cluster.reaper.spawn({
      name,
      command: [process.execPath, this.#program],
      log,
      environment: { ...settings, KUBECONFIG: this.#kubeconfig },
    });
    this.#running = running;
    void this.#follow(running);
  }

  async #follow(running: ReapedProcess): Promise<void> {
    let ended = false;
    const exit = running.exited.then(({ code }) => {
      ended = true;
      return code;
    });
    const said = () => readFile(running.log, 'utf8').catch(() => '');
    while (!ended && !(await said()).includes('"msg":"leading"')) await pause(50);
    if (!ended) this.#leads.resolve();
    const code = await exit;
    if (this.#killed) return;
    const text = await said();
    // On a machine that is busy otherwise a lease of 2 s cannot always be kept; a cluster starts the program again.
    if (text.includes('LeadershipLostError')) await this.#run();
    else this.#leads.reject(new Error(`the operator ended with ${code}:\n${text.slice(-5000)}`));
  }
}

/** SIGKILL at this very moment: asking the reaper would take its time. */
function signalled(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The status is written last, if it changes; and after the finalizers of the Project are gone there is no Project. */
function endsReconcile({ path }: SeenRequest): boolean {
  return path.includes('/projects/');
}
