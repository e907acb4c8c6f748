import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCluster } from '../../../cluster/index.ts';
import { connect, HttpClient } from '../../../operator/index.ts';
import { install, operatorProgram, writeOperatorKubeconfig } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';
import { bundle } from '../../operatorImage.ts';
import { randomFrom } from '../churn.ts';
import { differences, type End, endOf } from './end.ts';
import { type Change, History } from './history.ts';
import { type Judgement, judge } from './judge.ts';
import { Killer, type Kills } from './killer.ts';
import { Member } from './members.ts';
import { OperatorProcess } from './operator.ts';
import { character, live, projectIn, shareSecret, teams } from './people.ts';

export interface CrashOptions {
  /** How often the operator is killed while people work. */
  readonly kills: number;
  readonly projects: number;
  readonly seed: number;
  /** Whether Elastic Projects stay to the end, which then takes five minutes more. */
  readonly elasticStays: boolean;
  /** Told after each kill. */
  readonly onKill?: (count: number) => void;
}

/** What became of two clusters, of which one's operator was killed. */
export interface CrashReport {
  readonly kills: Kills;
  /** By people, in both. */
  readonly changes: number;
  /** Objects compared. */
  readonly objects: number;
  readonly differences: readonly string[];
  readonly orphans: readonly string[];
  /** Of the cluster with kills, and of the other. */
  readonly crashed: Judgement;
  readonly quiet: Judgement;
  /** All that happened, in the cluster with kills, to the Projects that something was found wrong with there. */
  readonly wrong: readonly Change[];
}

/**
 * The same people on two clusters of their own, one after the other; on the second the operator (with a lease of 2 s) is
 * killed again and again.
 */
export async function tryCrashes(options: CrashOptions): Promise<CrashReport> {
  const firstIsDone = Promise.withResolvers<void>();
  const runs = [
    run({ ...options, kills: 0 }, Promise.resolve(), () => firstIsDone.resolve()),
    run(options, firstIsDone.promise),
  ] as const;
  runs[0].catch((error: unknown) => firstIsDone.reject(error));
  // Both to their ends, so that whatever one of them finds, nothing of the other is left behind.
  await Promise.allSettled(runs);
  const [quiet, crashed] = await Promise.all(runs);
  return {
    kills: crashed.kills,
    changes: quiet.changes + crashed.changes,
    objects: Object.keys(quiet.end.objects).length,
    differences: differences(quiet.end.objects, crashed.end.objects),
    orphans: [...quiet.end.orphans, ...crashed.end.orphans],
    crashed: crashed.judgement,
    quiet: quiet.judgement,
    wrong: crashed.wrong,
  };
}

interface Run {
  readonly kills: Kills;
  readonly changes: number;
  readonly end: End;
  readonly judgement: Judgement;
  readonly wrong: readonly Change[];
}

/** People create, change, delete and re-create Projects, and run pods in them, until the operator has been killed so often. */
async function run(
  { kills, projects: count, seed, elasticStays, onKill }: CrashOptions,
  mayBegin: Promise<void>,
  done: () => void = () => {},
): Promise<Run> {
  await using cluster = await startCluster();
  await using open = new AsyncDisposableStack();
  const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  const program = join(cluster.directory, 'operator.mjs');
  await Promise.all([install(kubectl), bundle({ operator: operatorProgram }, cluster.directory)]);
  const kubeconfig = join(cluster.directory, 'operator.yaml');
  await writeOperatorKubeconfig(kubectl, cluster.kubeconfig, kubeconfig);
  const clientFor = async (impersonate?: { readonly user: string; readonly groups: readonly string[] }) => {
    const connection = await connect({ kubeconfig: cluster.kubeconfig, ...(impersonate && { impersonate }) });
    open.defer(() => connection.close());
    return new HttpClient(connection, { fieldManager: 'people' });
  };
  const admin = await clientFor();
  const member = await clientFor({ user: 'member', groups: teams });
  await shareSecret(admin);
  await mayBegin;
  const history = await History.begin(admin);
  open.defer(() => history.stop());
  const start = () => OperatorProcess.start(cluster, program, kubeconfig);
  // Each process begins with the same Projects. Were it to die too early, it would never come to the last.
  const killer = new Killer(start, count * 2, randomFrom(seed), onKill);
  open.defer(() => killer.stop());

  const everybody = Array.from({ length: count }, (_, index) => character(index, count, { elasticStays }));
  /** How many lives each Project has had. */
  const lived = everybody.map(() => 0);
  const lives = everybody.map(async (who, index) => {
    const random = randomFrom(seed + 1 + index);
    const namespaces = who.environments.map((environment) => `${who.name}-${environment}`);
    // In some: the rest shows what happens where nothing is in use.
    const working = index % 4 > 1 ? undefined : new Member(member, namespaces, randomFrom(seed - 1 - index));
    // The last of them end after the last kill, the first when half are still to come.
    const share = 0.5 + (0.5 * (index + 1)) / count;
    return live(who, {
      admin,
      history,
      random,
      // Nobody begins anew before everybody has had as many: what was changed last is looked at first, and those that are
      // never changed could wait for ever on operators that never live long.
      again: async () => {
        const mine = (lived[index] ?? 0) + 1;
        lived[index] = mine;
        while (Math.min(...lived) < mine && !history.isOver) await pause(200);
        const goesOn = killer.count < kills * share;
        if (!goesOn) lived[index] = Number.POSITIVE_INFINITY;
        return goesOn;
      },
      beforeEnd: async () => working?.leave(admin),
    });
  });
  const [changes] = await Promise.all([Promise.all(lives), killer.run(kills)]);
  done();
  const end = await endOf(admin, everybody);
  const all = await history.complete();
  const judgement = judge(all);
  const found = [...judgement.open, ...judgement.exceeded, ...judgement.early].map(projectIn);
  const wrong = all.filter(({ object: { metadata } }) =>
    found.includes(projectIn(metadata.namespace ?? metadata.name) ?? ''),
  );
  return { kills: killer.kills, changes: changes.reduce((sum, one) => sum + one, 0), end, judgement, wrong };
}
