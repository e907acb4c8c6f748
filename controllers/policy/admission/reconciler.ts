import { isDeepStrictEqual } from 'node:util';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { Applier } from '../../../operator/apply/applier.ts';
import type { Outcome } from '../../../operator/apply/report.ts';
import type { Lister } from '../../../operator/cache/lister.ts';
import { isForbidden, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { ReconcileContext, ReconcileResult } from '../../../operator/controller/reconciler.ts';
import type { Recorder } from '../../../operator/events/eventRecorder.ts';
import type { CustomResourceDefinition } from '../../../operator/resources/builtin.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import type { Facts } from '../compile/index.ts';
import { tellOutcomes } from '../events.ts';
import type { Fixes } from '../fix/index.ts';
import type { PolicyInformers } from '../informers.ts';
import { together } from '../marks.ts';
import type { Policy } from '../policy.ts';
import { enforcementOf } from '../promotion.ts';
import { isBehind } from '../scan/definitions.ts';
import type { Scan } from '../scan/index.ts';
import { desiredOf } from './desired.ts';
import { environmentsOf } from './environments.ts';
import type { Examinations } from './examinations.ts';
import { type FixRight, untilAskedAgain } from './fixRight.ts';
import { compiledResources, keyOfLive, type Live, liveOf } from './live.ts';
import { type AdmissionPlan, originsOf, planAdmission, type Wanted } from './plan.ts';
import type { Server, ServerFacts } from './server.ts';
import { type Standing, standingOf } from './standing.ts';
import type { Uptake } from './uptake.ts';

export interface AdmissionParts {
  readonly client: Pick<Client, 'delete'>;
  readonly informers: PolicyInformers;
  readonly server: ServerFacts;
  readonly definitions: Pick<Lister<CustomResourceDefinition>, 'list'>;
  readonly examinations: Examinations;
  readonly fixRight: FixRight;
  readonly applier: Applier;
  readonly uptake: Uptake;
  readonly recorder: Recorder;
  readonly scan: Pick<Scan, 'follow'>;
  readonly fixes: Pick<Fixes, 'follow'>;
  /** Told of Policies that stand otherwise than before, by name. */
  readonly changed: (policies: readonly string[]) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Looks at most so often in one reconcile. */
const mostLooks = 4;
const changing: readonly Outcome['result'][] = ['created', 'updated', 'repaired'];
/** Milliseconds after which it is asked again what kinds look like that are served, and not yet described; doubled each time. */
const untilDescribed = 2000;

/**
 * Makes what all Policies are compiled into stand in the API server: observe, plan, apply, report. One work for all of them,
 * since they share objects.
 */
export class AdmissionReconciler {
  readonly #parts: AdmissionParts;
  readonly #standings = new Map<string, Standing>();
  /** The first object of each generation's spec, since what is worked out for it is remembered with it. */
  readonly #specs = new Map<string, { readonly generation: number; readonly spec: PolicySpec }>();
  /** How often in a row it was asked what kinds look like, and is to be asked again. */
  #asked = 0;
  #served: Server['served'] | undefined;
  #behindSince: number | undefined;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Undefined for as long as it was not looked at. */
  standing({ metadata }: Policy): Standing | undefined {
    const standing = this.#standings.get(metadata.name);
    return standing?.uid === metadata.uid ? standing : undefined;
  }

  /** To be called when this process comes to lead: how things stood when it led before is not known to be so. */
  beginTerm(): void {
    this.#standings.clear();
  }

  async reconcile(context: ReconcileContext): Promise<ReconcileResult> {
    const { informers, applier, uptake, now } = this.#parts;
    let news = false;
    for (let looks = 1; ; looks += 1) {
      const { wanted, live, facts, ...observed } = await this.#observe(context);
      news ||= observed.news;
      const plan = planAdmission(wanted, live, facts, (one) => uptake.wait(one));
      this.#follow(plan, facts);
      const { outcomes: applied, requeueAfter } = await applier.apply({
        owner: together,
        desired: plan.compiled.objects.flatMap((object) => {
          const slot = plan.slots.get(object.metadata.name);
          return slot === undefined ? [] : [desiredOf(object, plan.origins, slot)];
        }),
        log: context.log,
        signal: context.signal,
      });
      if (this.#lacksRight(applied) && looks < mostLooks) continue;
      this.#fix(plan);
      const obsolete = [...plan.obsolete, ...uptake.obsolete(plan.compiled.objects)];
      const { gone, kept } = await this.#remove(obsolete, context);
      tellOutcomes(this.#parts.recorder, applied, (name) => informers.policies.get(keyOf({ name })));
      const failed = applied.find((outcome) => outcome.result === 'failed');
      // What was written says when something else may go.
      const moved = gone > 0 || applied.some(({ result }) => changing.includes(result));
      if (moved && failed === undefined && looks < mostLooks) continue;
      const unproven = await uptake.prove(standingNow(plan, liveOf(informers)), plan.origins, context);
      this.#report(wanted, plan, applied);
      if (failed !== undefined) throw failed.error;
      const undescribed =
        news || wanted.some(({ examination }) => (examination.undescribed ?? []).length > 0);
      this.#asked = undescribed ? this.#asked + 1 : 0;
      const unknown = wanted.some(({ examination }) => examination.state === 'Unknown');
      const waits = [
        ...(plan.wakeUp === undefined ? [] : [plan.wakeUp - now()]),
        ...(requeueAfter === undefined ? [] : [requeueAfter]),
        ...(undescribed ? [untilDescribed * 2 ** Math.min(this.#asked - 1, 8)] : []),
        ...(unknown ? [untilAsked] : []),
        ...(unproven === undefined ? [] : [unproven]),
        ...(facts.server.mutating === 'Forbidden' || kept > 0 ? [untilAskedAgain] : []),
      ];
      return waits.length === 0 ? {} : { requeueAfter: bounded(Math.min(...waits)) };
    }
  }

  async #observe({ signal }: ReconcileContext): Promise<Observation> {
    const { informers, server, definitions, examinations, fixRight, now } = this.#parts;
    const found = await server.get(signal);
    // Until it serves what is defined, it is asked again what it serves.
    const behind = this.#isBehind(isBehind(found.served, definitions.list()));
    if (behind) server.expire();
    // It describes what is new a moment after it serves it.
    const news = behind || (this.#served !== undefined && this.#served !== found.served);
    this.#served = found.served;
    const live = liveOf(informers);
    const there = [...informers.policies.list()].filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    const specs = this.#specsOf(there);
    const subjects = there.map(({ metadata: { name, uid = '' }, spec }) => ({
      name,
      uid,
      spec: specs.get(uid)?.spec ?? spec,
    }));
    const isFixing = there.some(({ spec }) => spec.fix !== undefined);
    const lacksRight = isFixing && found.facts.mutating === true && (await fixRight.isRefused(signal));
    const facts = lacksRight ? ({ ...found.facts, mutating: 'Forbidden' } as const) : found.facts;
    const examined = await examinations.of(
      subjects,
      { ...found, facts },
      {
        before: (policy) => originsOf(policy, live),
        fresh: this.#asked > 0,
        signal,
      },
    );
    return {
      live,
      news,
      facts: { environments: environmentsOf(informers.projects.list()), server: facts, now: now() },
      wanted: there.flatMap((policy) => {
        const { name, uid = '', generation = 0 } = policy.metadata;
        const examination = examined.get(name);
        if (examination === undefined) return [];
        const spec = specs.get(uid)?.spec ?? policy.spec;
        return [{ name, uid, generation, spec, enforcement: enforcementOf(policy), examination }];
      }),
    };
  }

  /** What is defined and never served, as for a name that is taken, is not waited for. */
  #isBehind(isNow: boolean): boolean {
    const time = this.#parts.now();
    if (!isNow) this.#behindSince = undefined;
    else this.#behindSince ??= time;
    return this.#behindSince !== undefined && time - this.#behindSince < longestBehind;
  }

  #specsOf(there: readonly Policy[]): ReadonlyMap<string, { readonly spec: PolicySpec }> {
    const uids = new Set(there.map(({ metadata }) => metadata.uid));
    for (const uid of this.#specs.keys()) if (!uids.has(uid)) this.#specs.delete(uid);
    for (const { metadata, spec } of there) {
      const { uid = '', generation = 0 } = metadata;
      if (this.#specs.get(uid)?.generation !== generation) this.#specs.set(uid, { generation, spec });
    }
    return this.#specs;
  }

  /** What is there is judged by what is in force. */
  #follow({ origins }: AdmissionPlan, facts: Facts): void {
    const followed = [...origins.values()].flatMap(({ policy, spec, enforcement }) =>
      spec === undefined ? [] : [{ name: policy, spec, enforcement }],
    );
    this.#parts.scan.follow(followed, facts);
  }

  /** By what is written, what there is to fix is asked. */
  #fix({ compiled, origins }: AdmissionPlan): void {
    const marks = new Map(compiled.fixes.map(({ policy, mark }) => [policy, mark]));
    this.#parts.fixes.follow(
      [...origins.values()].flatMap(({ policy, spec }) => {
        const existing = spec?.fix?.existing ?? 'Off';
        return existing === 'Off' ? [] : [{ name: policy, existing, mark: marks.get(policy) }];
      }),
    );
  }

  /** Whether it turned out that the operator may not write fixes. */
  #lacksRight(outcomes: readonly Outcome[]): boolean {
    const lacks = outcomes.some(
      (outcome) =>
        outcome.result === 'failed' && isForbidden(outcome.error) && mutating.has(outcome.resource.kind),
    );
    if (lacks) this.#parts.fixRight.refuse();
    return lacks;
  }

  async #remove(obsolete: readonly Live[], { log, signal }: ReconcileContext): Promise<Removal> {
    const { fixRight } = this.#parts;
    let gone = 0;
    let kept = 0;
    for (const { object, slot: name } of obsolete) {
      const { uid, resourceVersion } = object.metadata;
      if (mutating.has(object.kind) && (await fixRight.isRefused(signal))) {
        kept += 1;
        continue;
      }
      try {
        const resource: Resource = compiledResources[object.kind];
        await this.#parts.client.delete(
          resource,
          { name },
          {
            preconditions: {
              ...(uid === undefined ? {} : { uid }),
              ...(resourceVersion === undefined ? {} : { resourceVersion }),
            },
            signal,
          },
        );
        log.info(
          { change: 'removed', kind: object.kind, name },
          'removed what no Policy is compiled into now',
        );
        gone += 1;
      } catch (error) {
        if (isForbidden(error) && mutating.has(object.kind)) {
          fixRight.refuse();
          kept += 1;
          log.warn(
            { kind: object.kind, name },
            'a fix that no Policy has now stays in force, since it may not be deleted: apply manifests/dist/fixes.yaml, or delete it',
          );
        } else if (!isNotFound(error)) throw error;
      }
    }
    return { gone, kept };
  }

  #report(wanted: readonly Wanted[], plan: AdmissionPlan, outcomes: readonly Outcome[]): void {
    const { informers, uptake } = this.#parts;
    const stands = { live: liveOf(informers), outcomes, judges: (one: Live) => uptake.judges(one) };
    const changed: string[] = [];
    const names = new Set(wanted.map(({ name }) => name));
    for (const name of this.#standings.keys()) if (!names.has(name)) this.#standings.delete(name);
    for (const one of wanted) {
      const standing = standingOf(one, plan, stands);
      if (isDeepStrictEqual(this.#standings.get(one.name), standing)) continue;
      this.#standings.set(one.name, standing);
      changed.push(one.name);
    }
    this.#parts.changed(changed);
  }
}

/** What is there of what is to stand. */
function standingNow({ compiled }: AdmissionPlan, live: readonly Live[]): readonly Live[] {
  const wanted = new Set(compiled.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  return live.filter((one) => wanted.has(keyOfLive(one)));
}

const mutating: ReadonlySet<string> = new Set(['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding']);

interface Removal {
  readonly gone: number;
  /** For want of the right to delete them. */
  readonly kept: number;
}

interface Observation {
  readonly wanted: readonly Wanted[];
  readonly live: readonly Live[];
  readonly facts: Facts;
  /** Whether other kinds are served than before, or will be. */
  readonly news: boolean;
}

/** Milliseconds for which a kind that is defined is awaited. */
const longestBehind = 30_000;
/** Milliseconds after which the API server is asked again what it could not say. */
const untilAsked = 10_000;

/** Timers count to 2^31; what is later is waited for again. */
function bounded(wait: number): number {
  return Math.min(Math.max(wait, 50), 24 * 3_600_000);
}
