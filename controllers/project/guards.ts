import { Gauge, type Registry } from 'prom-client';
import { deploymentAdmission } from '../../crds/deployment/admission.ts';
import { shippedAdmission } from '../../crds/project/admission.ts';
import type { Informer } from '../../operator/cache/informer.ts';
import type { Reconcile, ReconcileContext } from '../../operator/controller/reconciler.ts';
import { Told } from '../../operator/controller/told.ts';
import { type Watch, watch } from '../../operator/controller/watch.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import { type KubernetesObject, keyOf } from '../../operator/resources/object.ts';
import { amiss, type Guard, type GuardState, guardState, type LiveAdmission } from './admission.ts';
import type { ProjectInformers } from './informers.ts';
import { isShippedName } from './outlines.ts';

/** All guards of an installation that grants these ClusterRoles. */
export function guardsOf(grantableRoles: readonly string[]): readonly Guard[] {
  const { policies, bindings } = shippedAdmission(grantableRoles);
  const ofDeployments = deploymentAdmission.filter(
    (object): object is Guard =>
      object.kind === 'ValidatingAdmissionPolicy' || object.kind === 'ValidatingAdmissionPolicyBinding',
  );
  return [...policies, ...bindings, ...ofDeployments];
}

/**
 * Says when a guard goes missing or is altered: in the log, and by an event on the guard. The API server asks no admission policy
 * about these, so nothing else would tell; and nobody but the installation makes them.
 */
export class GuardTeller {
  readonly #guards: readonly Guard[];
  readonly #live: LiveAdmission;
  readonly #recorder: Recorder;
  /** Of those that are not in force, or were told to be so again. */
  readonly #told = new Map<Guard, GuardState>();

  constructor(guards: readonly Guard[], live: LiveAdmission, recorder: Recorder) {
    this.#guards = guards;
    this.#live = live;
    this.#recorder = recorder;
  }

  readonly reconcile: Reconcile = async (_, { log }: Pick<ReconcileContext, 'log'>) => {
    for (const guard of this.#guards) {
      const state = guardState(guard, this.#live);
      if (state === (this.#told.get(guard) ?? 'InForce')) continue;
      this.#told.set(guard, state);
      const { apiVersion, kind, metadata } = guard;
      const regarding: KubernetesObject = { apiVersion, kind, metadata: { name: metadata.name } };
      const about = { guard: `${kind} ${metadata.name}`, state };
      if (state === 'InForce') {
        const note = `${kind} ${metadata.name} is in force again`;
        log.info(about, note);
        this.#recorder.record(regarding, { type: 'Normal', reason: 'GuardRestored', note });
      } else {
        const note = `${amiss(guard, state)}: what it kept out is let through; apply Mainstay's manifests again`;
        log.warn(about, note);
        this.#recorder.record(regarding, { type: 'Warning', reason: `Guard${state}`, note });
      }
    }
    return {};
  };
}

/** One look at all of them at the start, also where there are none, and one for each change. */
export function guardWatches({
  admissionPolicies,
  admissionBindings,
}: Pick<ProjectInformers, 'admissionPolicies' | 'admissionBindings'>): readonly Watch[] {
  const ofGuards = ({ object }: { readonly object: KubernetesObject }) =>
    isShippedName(object.metadata.name) ? [key] : [];
  return [new Told(() => [key]), watch(admissionPolicies, ofGuards), watch(admissionBindings, ofGuards)];
}

const key = keyOf({ name: 'guards' });

type Known<T> = T & Pick<Informer<KubernetesObject>, 'hasSynced'>;

/** How many guards are in force, and how many are not, once that is known. */
export function measureGuards(
  registry: Registry,
  guards: readonly Guard[],
  live: {
    readonly admissionPolicies: Known<LiveAdmission['admissionPolicies']>;
    readonly admissionBindings: Known<LiveAdmission['admissionBindings']>;
  },
): void {
  new Gauge({
    name: 'mainstay_guards',
    help: 'Admission policies of the installation and their bindings, by whether they are in force: InForce, Missing, Altered.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.reset();
      if (!live.admissionPolicies.hasSynced || !live.admissionBindings.hasSynced) return;
      for (const state of ['InForce', 'Missing', 'Altered']) this.set({ state }, 0);
      for (const guard of guards) this.inc({ state: guardState(guard, live) });
    },
  });
}
