import type { DeploymentStatus, RevisionStatus } from '../../crds/deployment/schema.ts';
import { firstDifference } from '../../operator/resources/json.ts';
import type { Deployment } from './deployment.ts';

/** Milliseconds for which a status may wait that says nothing new but how many pods there are. */
const interval = 1_000;

/**
 * Says which statuses may wait. Pods of a rollout come one by one, and each changes a number or two: told one by one they
 * are half of all that a rollout asks of the API server. Whatever else is new is told at once, with the numbers as they
 * are then.
 */
export class StatusPace {
  /** When a status was last written, by UID; milliseconds since the epoch. */
  readonly #told = new Map<string, number>();

  /** Milliseconds until this status is to be told; none or less is now. */
  wait({ metadata, status: before }: Deployment, status: DeploymentStatus, now: number): number {
    if (before === undefined || !differInNumbersOnly(before, status)) return 0;
    return interval - (now - (this.#told.get(metadata.uid ?? '') ?? 0));
  }

  /** To be called when a status has been written. */
  told({ metadata }: Deployment, now: number): void {
    this.#told.set(metadata.uid ?? '', now);
  }

  forget(uid: string): void {
    this.#told.delete(uid);
  }
}

/** Whether two statuses are the same but for how many pods there are, and for what is said of that. */
function differInNumbersOnly(before: DeploymentStatus, after: DeploymentStatus): boolean {
  return firstDifference(withoutNumbers(before), withoutNumbers(after)) === undefined;
}

function withoutNumbers(status: DeploymentStatus): unknown {
  const {
    replicas: _,
    readyReplicas: __,
    availableReplicas: ___,
    updatedReplicas: ____,
    unavailableReplicas: _____,
    ready: ______,
    message: _______,
    progress: ________,
    ...rest
  } = status;
  return {
    ...rest,
    conditions: status.conditions.map(({ message: _, ...condition }) => condition),
    stable: status.stable && identityOf(status.stable),
    canary: status.canary && identityOf(status.canary),
  };
}

function identityOf({ hash, revision, replicaSet, images }: RevisionStatus): unknown {
  return { hash, revision, replicaSet, images };
}
