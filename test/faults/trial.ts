import { expect, onTestFinished, vi } from 'vitest';
import { cachedVersions, serverVersions, unreconciled } from './agreement.ts';
import { Churn, randomFrom } from './churn.ts';
import { type RunningOperator, startOperator } from './operator.ts';
import type { FaultProxy, Rule } from './proxy.ts';
import type { Stage } from './stage.ts';

/** One operator behind one proxy, while people change things straight at the server. All of it ends with the test. */
export interface Trial {
  readonly stage: Stage;
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly proxy: FaultProxy;
  readonly operator: RunningOperator;
  /** Waits for a condition, and fails at once if the operator ends. */
  until(condition: () => void | Promise<void>, timeout?: number): Promise<void>;
  /** Waits until the fault has struck so often. */
  struck(rule: Rule, times?: number): Promise<void>;
  /**
   * Waits until so many more changes were made, so that some fall into the fault, and more after it. Then stops the
   * changes, and waits until every cache equals the server's list and every change is reconciled.
   */
  settled(): Promise<void>;
  /** So many more changes by people. */
  moreChanges(count?: number): Promise<void>;
}

interface TrialOptions {
  /** Before the operator starts: for faults that it meets at once. */
  readonly before?: (proxy: FaultProxy) => void;
  /** Instead of the kubeconfig that leads through the proxy. */
  readonly kubeconfig?: (stage: Stage, proxy: FaultProxy) => Promise<string>;
  /** The API server itself goes away: people try again until it is back. Default false: then that is a failure of the test. */
  readonly churnThrough?: boolean;
}

/** Of every test: what people do is the same in each run. */
const seed = 20_260_101;

export async function openTrial(stage: Stage, options: TrialOptions = {}): Promise<Trial> {
  const namespace = await stage.namespace();
  const { proxy, kubeconfig } = await stage.proxy();
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const path = (await options.kubeconfig?.(stage, proxy)) ?? kubeconfig;
  const churn = new Churn(stage.direct, namespace, randomFrom(seed));
  await churn.fill();
  options.before?.(proxy);
  const operator = await startOperator({ kubeconfig: path, namespace });
  const quiet = new AbortController();
  const churning = churn.run(quiet.signal, { through: options.churnThrough ?? false });
  churning.catch(() => {});
  onTestFinished(async () => {
    quiet.abort();
    proxy.clear();
    await operator.stop();
  });
  const until = async (condition: () => void | Promise<void>, timeout = 90_000) => {
    const waiting = vi.waitFor(condition, { timeout, interval: 20 });
    waiting.catch(() => {});
    await Promise.race([waiting, operator.alive]);
  };
  const moreChanges = (count = 20) => {
    const goal = churn.count + count;
    return until(() => expect(churn.count).toBeGreaterThanOrEqual(goal));
  };
  // It leads, and acts.
  await until(() => {
    const { sources, secrets, copies } = operator.caches;
    expect([sources.hasSynced, secrets.hasSynced, copies.size > 5]).toEqual([true, true, true]);
  });
  return {
    stage,
    namespace,
    kubeconfig: path,
    proxy,
    operator,
    until,
    moreChanges,
    struck: (rule, times = 1) => until(() => expect(rule.struck).toBeGreaterThanOrEqual(times)),
    settled: async () => {
      await moreChanges();
      quiet.abort();
      await churning;
      await until(async () => {
        expect(await unreconciled(stage.direct, namespace)).toEqual([]);
        expect(cachedVersions(operator.caches)).toEqual(await serverVersions(stage.direct, namespace));
      });
    },
  };
}
