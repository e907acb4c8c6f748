import type { ReconcileContext, ReconcileResult } from '../../../operator/controller/reconciler.ts';
import type { Recorder } from '../../../operator/events/eventRecorder.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import type { StatusWriter } from '../../../operator/status/statusWriter.ts';
import type { Standing } from '../admission/standing.ts';
import { tellStatus } from '../events.ts';
import type { Fixes } from '../fix/index.ts';
import type { PolicyInformers } from '../informers.ts';
import type { Policy } from '../policy.ts';
import type { Scan } from '../scan/index.ts';
import { answerOf } from './request.ts';
import { statusOf } from './status.ts';
import { StatusPace } from './statusPace.ts';

export interface StatusParts {
  readonly informers: Pick<PolicyInformers, 'policies'>;
  readonly standing: (policy: Policy) => Standing | undefined;
  readonly scan: Pick<Scan, 'summaryOf'>;
  readonly fixes: Pick<Fixes, 'statusOf' | 'revert'>;
  readonly statusWriter: StatusWriter<Policy>;
  readonly recorder: Recorder;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Says in a Policy's status how it stands and what was found. */
export class StatusReconciler {
  readonly #parts: StatusParts;
  readonly #pace = new StatusPace();
  readonly #uids = new Map<ObjectKey, string>();

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  async reconcile(key: ObjectKey, { signal }: ReconcileContext): Promise<ReconcileResult> {
    const { informers, standing, scan, fixes, statusWriter, recorder, now } = this.#parts;
    const policy = informers.policies.get(key);
    this.#remember(key, policy);
    if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) return {};
    const stands = standing(policy);
    // It is told of when it was looked at.
    if (stands === undefined) return {};
    const { name, uid = '' } = policy.metadata;
    const lastRequest = await answerOf(policy, fixes, now, signal);
    const time = now();
    const found = { summary: scan.summaryOf(name), fixes: fixes.statusOf(name) };
    const { status, wakeUp } = statusOf(policy, stands, found, lastRequest, time);
    const next = wakeUp === undefined ? {} : { requeueAfter: Math.min(Math.max(wakeUp - time, 50), longest) };
    const wait = this.#pace.wait(uid, policy.status, status, time);
    if (wait > 0) return { requeueAfter: Math.min(wait, next.requeueAfter ?? wait) };
    const written = await statusWriter.write(policy, status, { signal });
    if (written.result === 'written') {
      this.#pace.told(uid, time);
      tellStatus(recorder, policy, status);
    }
    return next;
  }

  #remember(key: ObjectKey, policy: Policy | undefined): void {
    const before = this.#uids.get(key);
    if (before !== undefined && before !== policy?.metadata.uid) {
      this.#pace.forget(before);
      this.#uids.delete(key);
    }
    if (policy?.metadata.uid !== undefined) this.#uids.set(key, policy.metadata.uid);
  }
}

/** Timers count to 2^31 milliseconds; what is later is waited for again. */
const longest = 24 * 3_600_000;
