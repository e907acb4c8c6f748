/** A cluster for property tests, as far as plans see one: whole objects, no time, and the controllers of namespaces and quotas. */

import { randomUUID } from 'node:crypto';
import { judge } from '../../../operator/apply/diff.ts';
import { seal } from '../../../operator/apply/identity.ts';
import type {
  Namespace,
  NetworkPolicy,
  ResourceQuota,
  RoleBinding,
} from '../../../operator/resources/builtin.ts';
import type { FieldsV1, KubernetesObject, ObjectMeta } from '../../../operator/resources/object.ts';
import { anObservation } from '../builders.ts';
import type { Project } from '../project.ts';
import { identity, ownerOf } from './marks.ts';
import { nothing, type Observation } from './observation.ts';
import { planOrphans } from './orphans.ts';
import { desiredOf, type ProjectPlan, planProject } from './project.ts';
import { quotaName } from './quotaShares.ts';
import type { Step } from './step.ts';

/** One write of ours, with what it is made on. */
export interface Write {
  readonly kind: string;
  readonly verb: 'apply' | 'delete' | 'finalizers' | 'release';
  readonly namespace: string;
  readonly name: string;
}

export class World {
  project: Project | undefined;
  definition: Observation['definition'] = 'Serving';
  readonly namespaces = new Map<string, Namespace>();
  readonly policies = new Map<string, NetworkPolicy>();
  readonly access = new Map<string, RoleBinding>();
  /** Of pods alone. */
  readonly quotas = new Map<string, ResourceQuota>();

  /** The writes that a reconcile would make now, each to be called to make it. What follows needs a new look. */
  writes(): readonly { readonly write: Write; readonly make: () => void }[] {
    const { project } = this;
    if (project === undefined) {
      const all = [...this.namespaces.values()];
      return planOrphans(
        'shop',
        all,
        (name) => this.#accessIn(name),
        () => false,
      ).map((step) => this.#step(step, ''));
    }
    const plan = planProject(this.observe(project));
    if (plan.steps.length > 0) return plan.steps.map((step) => this.#step(step, project.metadata.uid ?? ''));
    return plan.stage === 'Kept' ? this.#applies(plan, project) : [];
  }

  observe(project: Project): Observation {
    const names = [...this.namespaces.keys()];
    return anObservation(project, {
      definition: this.definition,
      namespaces: this.namespaces,
      contents: new Map(
        names.map((name) => [
          name,
          {
            ...nothing,
            policies: [...this.policies.values()].filter(({ metadata }) => metadata.namespace === name),
            access: this.#accessIn(name),
            quotas: [...this.quotas.values()].filter(({ metadata }) => metadata.namespace === name),
          },
        ]),
      ),
    });
  }

  /** What counts for the Project: in each namespace that it holds the largest of spec.hard, status.hard and status.used. */
  counted(): number {
    const held = [...this.namespaces.values()].filter(
      (namespace) => this.project !== undefined && ownerOf(namespace) === this.project.metadata.uid,
    );
    return held.reduce((sum, { metadata: { name } }) => {
      const { spec, status } = this.quotas.get(`${name}/${quotaName}`) ?? {};
      return (
        sum + Math.max(...[spec?.hard, status?.hard, status?.used].map((hard) => Number(hard?.pods ?? 0)))
      );
    }, 0);
  }

  /** What the quota controller does: from then on the quota is enforced. */
  enforce(key: string): void {
    const live = this.quotas.get(key);
    if (live?.spec?.hard === undefined) return;
    this.quotas.set(key, {
      ...live,
      status: { hard: live.spec.hard, used: { pods: live.status?.used?.pods ?? '0' } },
    });
  }

  /** So many pods run from now on, as far as admission lets them. */
  use(key: string, wanted: number): void {
    const live = this.quotas.get(key);
    if (live?.status?.hard === undefined) return;
    const used = Number(live.status.used?.pods ?? 0);
    const pods =
      wanted < used ? wanted : Math.max(used, Math.min(wanted, Number(live.status.hard.pods ?? 0)));
    this.quotas.set(key, { ...live, status: { ...live.status, used: { pods: String(pods) } } });
  }

  /** What the namespace controller does: empties what goes, says what is left, and ends it. */
  sweep(): void {
    for (const [name, namespace] of this.namespaces) {
      if (namespace.metadata.deletionTimestamp === undefined) continue;
      for (const objects of [this.policies, this.access, this.quotas]) {
        for (const [key, { metadata }] of objects) {
          if (metadata.namespace === name && (metadata.finalizers ?? []).length === 0) objects.delete(key);
        }
      }
      const left = this.#accessIn(name).length;
      if (left === 0) this.namespaces.delete(name);
      else {
        const message = `Some resources are remaining: rolebindings.rbac.authorization.k8s.io has ${left} resource instances`;
        const condition = { type: 'NamespaceContentRemaining', status: 'True', message };
        this.namespaces.set(name, {
          ...namespace,
          status: { phase: 'Terminating', conditions: [condition] },
        });
      }
    }
  }

  #accessIn(namespace: string): readonly RoleBinding[] {
    return [...this.access.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  #step(step: Step, uid: string) {
    const live: KubernetesObject = step.type === 'SetFinalizers' ? step.target.live : step.live;
    const { name, namespace = name } = live.metadata;
    const of = (verb: Write['verb'], make: () => void) => ({
      write: { kind: live.kind, verb, namespace, name },
      make,
    });
    switch (step.type) {
      case 'SetFinalizers':
        return of('finalizers', () => this.#setFinalizers(live, step.finalizers));
      case 'Take':
        return of('apply', () => this.#store(seal(identity, { uid }, step.desired), live));
      case 'Release':
        return of('release', () => this.#store(step.desired, live));
      case 'DeleteNamespace':
      case 'Prune':
        return of('delete', () => this.#remove(live));
      case 'MoveQuota':
        return of('apply', () => {
          // On condition that it is still as it was seen.
          if (this.#find(live) === live) this.#store(seal(identity, { uid }, step.desired), live);
        });
    }
  }

  /** As the applier does: wave by wave, and pruning where the plan keeps a namespace. */
  #applies(plan: ProjectPlan, project: Project) {
    const owner = { uid: project.metadata.uid ?? '' };
    const desired = desiredOf(plan);
    const kept = new Set(
      plan.environments
        .filter(({ claim }) => claim.state === 'Held')
        .map(({ environment }) => environment.namespace),
    );
    const wanted = new Set(desired.map(({ object }) => keyOf(object)));
    const pruned = [...this.policies.values(), ...this.access.values(), ...this.quotas.values()]
      .filter(
        (object) =>
          kept.has(object.metadata.namespace ?? '') &&
          !wanted.has(keyOf(object)) &&
          ownerOf(object) === owner.uid &&
          object.metadata.deletionTimestamp === undefined,
      )
      .map((object) => ({ write: writeOf(object, 'delete'), make: () => this.#remove(object) }));
    const applied = [
      ...Map.groupBy(desired, ({ object, group }) => group ?? object.metadata.namespace ?? '').values(),
    ].flatMap((items) => {
      for (const wave of [0, 1, 2]) {
        const actions = items
          .filter((item) => (item.wave ?? 0) === wave)
          .map((item) => judge(identity, owner, item, this.#find(item.object)));
        if (actions.every(({ type }) => type === 'Nothing')) continue;
        return actions.flatMap((action) =>
          action.type === 'Create' || action.type === 'Apply'
            ? [
                {
                  write: writeOf(action.sealed, 'apply'),
                  make: () => this.#store(action.sealed, this.#find(action.sealed)),
                },
              ]
            : [],
        );
      }
      return [];
    });
    return [...pruned, ...applied];
  }

  #find(object: KubernetesObject): KubernetesObject | undefined {
    return this.#mapOf(object.kind).get(keyOf(object));
  }

  #mapOf(kind: string): Map<string, KubernetesObject> {
    const all: Readonly<Record<string, Map<string, never>>> = {
      Namespace: this.namespaces as Map<string, never>,
      NetworkPolicy: this.policies as Map<string, never>,
      ResourceQuota: this.quotas as Map<string, never>,
      RoleBinding: this.access as Map<string, never>,
    };
    const found = all[kind];
    if (found === undefined) throw new Error(`there are no ${kind}s in this world`);
    return found as Map<string, KubernetesObject>;
  }

  /** What we apply is wholly ours; foreign labels and annotations stay. */
  #store(object: KubernetesObject, live: KubernetesObject | undefined): void {
    const ours = (live?.metadata.managedFields?.[0]?.fieldsV1?.['f:metadata'] ?? {}) as FieldsV1;
    const theirs = (part: 'labels' | 'annotations') =>
      Object.fromEntries(
        Object.entries(live?.metadata[part] ?? {}).filter(
          ([name]) => ours[`f:${part}`]?.[`f:${name}`] === undefined,
        ),
      );
    const { apiVersion: _version, kind, metadata, ...rest } = object;
    const status = live !== undefined && 'status' in live ? { status: live.status } : {};
    const { name: _name, namespace: _namespace, ...marks } = metadata;
    const stored: ObjectMeta = {
      ...live?.metadata,
      ...metadata,
      uid: live?.metadata.uid ?? randomUUID(),
      labels: { ...theirs('labels'), ...metadata.labels },
      annotations: { ...theirs('annotations'), ...metadata.annotations },
      managedFields: [
        {
          manager: 'mainstay',
          operation: 'Apply',
          fieldsV1: { ...fieldsOf(rest), 'f:metadata': fieldsOf(marks) },
        },
      ],
    };
    this.#mapOf(kind).set(keyOf(object), { ...object, ...status, metadata: stored });
  }

  #setFinalizers(live: KubernetesObject, finalizers: readonly string[]): void {
    const metadata = { ...live.metadata, finalizers };
    if (live.kind === 'Project') {
      const gone = finalizers.length === 0 && metadata.deletionTimestamp !== undefined;
      this.project = gone || this.project === undefined ? undefined : { ...this.project, metadata };
    } else if (finalizers.length === 0 && metadata.deletionTimestamp !== undefined)
      this.#mapOf(live.kind).delete(keyOf(live));
    else this.#mapOf(live.kind).set(keyOf(live), { ...live, metadata });
  }

  #remove(live: KubernetesObject): void {
    const held = live.kind === 'Namespace' || (live.metadata.finalizers ?? []).length > 0;
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    if (held)
      this.#mapOf(live.kind).set(keyOf(live), { ...live, metadata: { ...live.metadata, deletionTimestamp } });
    else this.#mapOf(live.kind).delete(keyOf(live));
  }
}

/** Whether a namespace is held by a Project, by our own hand. */
export function isHeld(namespace: Namespace): boolean {
  return ownerOf(namespace) !== undefined;
}

function keyOf({ metadata }: KubernetesObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function writeOf({ kind, metadata }: KubernetesObject, verb: Write['verb']): Write {
  return { kind, verb, namespace: metadata.namespace ?? metadata.name, name: metadata.name };
}

/** The fields of an object, lists taken as atomic. */
function fieldsOf(value: object): FieldsV1 {
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      `f:${name}`,
      typeof part === 'object' && part !== null && !Array.isArray(part) ? fieldsOf(part) : {},
    ]),
  );
}
