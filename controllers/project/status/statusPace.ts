import type { ProjectStatus } from '../../../crds/project/schema.ts';
import type { Project } from '../project.ts';
import type { Reason } from './reasons.ts';
import { differInUseOnly } from './status.ts';

/** Milliseconds for which a new generation may be on its way before that is told. */
const settlingTime = 1_000;

/** What the cluster's own controllers end by themselves, in a moment as a rule. */
const settling: ReadonlySet<string> = new Set<Reason>(['Progressing', 'QuotaPending', 'AccessWithheld']);

/**
 * Says which statuses may wait. A status is the dearest write there is: a Project is large, and the API server validates
 * all of it. So a new generation that has only to be taken note of by the cluster is told of once, when it is ready or
 * after a second; and what only counts use, now and then.
 */
export class StatusPace {
  readonly #usageInterval: number;
  /** When a status that differed in nothing but use was last written, by UID. */
  readonly #toldUse = new Map<string, number>();
  /** Since when a generation has been settling, by UID. */
  readonly #settling = new Map<string, { readonly generation: number; readonly since: number }>();

  constructor(usageInterval: number) {
    this.#usageInterval = usageInterval;
  }

  /** Milliseconds until this status is to be told; none or less is now. */
  wait(project: Project, status: ProjectStatus, now: number): number {
    if (differInUseOnly(project.status, status))
      return this.#usageInterval - (now - (this.#toldUse.get(uidOf(project)) ?? 0));
    return this.#untilSettled(project, status, now);
  }

  /** To be called when a status has been written. */
  told(project: Project, now: number): void {
    this.#toldUse.set(uidOf(project), now);
    this.#settling.delete(uidOf(project));
  }

  forget(uid: string): void {
    this.#toldUse.delete(uid);
    this.#settling.delete(uid);
  }

  #untilSettled(project: Project, status: ProjectStatus, now: number): number {
    const { generation = 0 } = project.metadata;
    if (project.status?.observedGeneration === generation || !settlesByItself(status)) return 0;
    const uid = uidOf(project);
    const known = this.#settling.get(uid);
    const since = known?.generation === generation ? known.since : now;
    this.#settling.set(uid, { generation, since });
    return settlingTime - (now - since);
  }
}

/** Whether nothing is missing but what the cluster will answer. */
function settlesByItself({ conditions = [] }: ProjectStatus): boolean {
  const missing = conditions.filter(({ type, status }) => type.endsWith('Ready') && status !== 'True');
  return missing.length > 0 && missing.every(({ reason }) => settling.has(reason));
}

function uidOf({ metadata }: Project): string {
  return metadata.uid ?? '';
}
