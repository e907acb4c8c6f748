/**
 * Fixes of what is there. The API server is asked what a fix would change (`inquiry.ts`: dry runs through the Policy's own
 * MutatingAdmissionPolicy), and nothing is worked out here again.
 *
 * In the order of reading: `ledger.ts` what violates, and what is known of it; `inquiry.ts` what would change; `changes.ts`
 * and `patches.ts` how that is written; `holders.ts` and `maker.ts` who else has a say; `plan.ts` what is decided; `write.ts`,
 * `memory.ts` what is written, and what is remembered on the object; `fixer.ts` goes through them for one object; `revert.ts`
 * takes back.
 */
import { group } from '../../../crds/group.ts';
import type { FixesStatus } from '../../../crds/policy/fixes.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { RateLimit } from '../../../operator/client/rateLimit.ts';
import { Told } from '../../../operator/controller/told.ts';
import { EventRecorder } from '../../../operator/events/eventRecorder.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import { type Clock, monotonicClock } from '../../../operator/queue/clock.ts';
import { Changed } from './changed.ts';
import { Fixer } from './fixer.ts';
import { type FixedPolicy, Ledger, type Violator } from './ledger.ts';
import { fixMetrics } from './metrics.ts';
import { Pace } from './pace.ts';
import { Recollection } from './recollection.ts';
import { type Reverted, revert } from './revert.ts';
import type { FixSettings } from './settings.ts';

export type { FixedPolicy, Violator } from './ledger.ts';
export type { Reverted } from './revert.ts';

/** What the controller of Policies and the scan tell fixes, and ask of them. */
export interface Fixes {
  /** All Policies whose fix is for what is there (`Suggest`, `Apply`), whenever one changes; others are forgotten. */
  follow(policies: readonly FixedPolicy[]): void;
  /**
   * What an object violates of all Policies: to be told whenever that or its `resourceVersion` changes, with none once it
   * violates none or is gone. The same again costs nothing.
   */
  violates(object: Violator, policies: readonly string[]): void;
  /** For `status.fixes`; undefined where the Policy is not followed. */
  statusOf(policy: string): FixesStatus | undefined;
  /** What would be changed of an object, as YAML of at most 2 KiB; for reports. */
  suggestionOf(policy: string, object: Pick<Violator, 'resource' | 'name' | 'namespace'>): string | undefined;
  /**
   * Takes back what a Policy's fix changed. The same request again finds it done. Rejects where the API server does not
   * answer; then it is to be called again.
   */
  revert(policy: string, match: PolicySpec['match'], request: string, signal: AbortSignal): Promise<Reverted>;
}

export interface FixOptions {
  /** The status of a Policy's fixes has changed; told at most once a second for each. */
  readonly changed: (policy: string) => void;
  readonly clock?: Clock;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Adds fixes to a manager, before it runs. They work on the leader only, one object at a time. */
export function addFixes(
  manager: Manager,
  settings: FixSettings,
  { changed, clock = monotonicClock, now = Date.now }: FixOptions,
): Fixes {
  const { client, discovery } = manager;
  const metrics = fixMetrics(manager.metrics.registry);
  const recorder = new EventRecorder({
    client,
    controller: `${group}/policy-fixes`,
    onDropped: metrics.eventDropped,
  });
  manager.beforeStop('events of fixes', () => recorder.stop());
  const pending = new Changed(changed, clock);
  const ledger = new Ledger((policies) => pending.add(policies));
  const rate = new RateLimit(
    { perSecond: settings.asksPerSecond, burst: Math.max(1, settings.asksPerSecond) },
    clock,
  );
  const parts = { client, discovery, recorder, metrics, rate, recollection: new Recollection() };
  const fixer = new Fixer({ ...parts, ledger, pace: new Pace(settings.perMinute, clock), now });
  // A run begins with all that violate.
  const looks = new Told(() => ledger.keys());
  const violates = (object: Violator, policies: readonly string[]) => {
    const key = ledger.violates(object, policies);
    if (key !== undefined) looks.tell(key);
  };
  let terms = 0;
  manager.addController({
    name: 'policy-fixes',
    watches: [looks],
    concurrency: 1,
    onStart() {
      terms += 1;
      if (terms > 1) ledger.clear();
    },
    reconcile: fixer.reconcile,
  });
  return {
    follow: (policies) => looks.tell(...ledger.follow(policies)),
    violates,
    statusOf: (policy) => ledger.statusOf(policy),
    suggestionOf: (policy, object) => ledger.suggestionOf(policy, object),
    revert: (policy, match, request, signal) => revert(parts, policy, match, request, signal),
  };
}
