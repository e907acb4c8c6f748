import type { DesiredObject } from '../../../operator/apply/desired.ts';
import type { Outcome } from '../../../operator/apply/report.ts';
import { isConflict } from '../../../operator/client/apiError.ts';
import type { ProjectPlan } from '../plan/project.ts';
import type { Step } from '../plan/step.ts';
import { type Phase, phases, type Trouble, type Troubles } from '../plan/trouble.ts';

/** A step that could not be made. */
export interface StepFailure {
  readonly step: Step;
  readonly error: Error;
}

/** What the writes of one reconcile came to. */
export interface Written {
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly StepFailure[];
  /** What would have been written, were the Project not suspended. */
  readonly pending?: readonly DesiredObject[];
}

/** The phase that an object of a kind belongs to. */
const phaseOfKind: Readonly<Record<string, Phase>> = {
  Namespace: 'Namespaces',
  NetworkPolicy: 'Network',
  ResourceQuota: 'Quota',
  LimitRange: 'Quota',
  RoleBinding: 'Access',
  Secret: 'Secrets',
};

/**
 * The trouble of each environment, phase by phase: what the plan could not allow, and what the API server did not. Where
 * nothing was written for an environment, because its namespace is not to be had, the phases after it wait.
 */
export function troublesOf(plan: ProjectPlan, written: Written): ReadonlyMap<string, Troubles> {
  const byNamespace = Map.groupBy(written.outcomes, namespaceOf);
  return new Map(
    plan.environments.map(({ environment, troubles }) => {
      const found: Troubles = { ...troubles };
      for (const outcome of byNamespace.get(environment.namespace) ?? []) {
        const phase = phaseOfKind[outcome.resource.kind];
        const trouble = troubleOf(outcome);
        if (phase !== undefined && trouble !== undefined && weightier(trouble, found[phase]))
          found[phase] = trouble;
      }
      for (const { resource, object } of written.pending ?? []) {
        const { name, namespace = name } = object.metadata;
        if (namespace !== environment.namespace) continue;
        const message = `${resource.kind} ${name} is not as desired`;
        found[phaseOfKind[resource.kind] ?? 'Namespaces'] ??= { reason: 'Suspended', message };
      }
      for (const { step, error } of written.failures) {
        if (namespaceOfStep(step) !== environment.namespace) continue;
        found[phaseOfStep(step)] ??= { reason: 'WriteFailed', message: error.message };
      }
      if (found.Namespaces !== undefined) {
        const waits: Trouble = {
          reason: 'Progressing',
          message: `Waits for namespace ${environment.namespace}`,
        };
        for (const phase of phases) found[phase] ??= waits;
      }
      return [environment.name, found];
    }),
  );
}

/** Whoever is held back is not told of as the cause. */
function weightier(trouble: Trouble, than: Trouble | undefined): boolean {
  return than === undefined || than.reason === 'Progressing' || trouble.reason === 'WriteFailed';
}

function troubleOf(outcome: Outcome): Trouble | undefined {
  const name = `${outcome.resource.kind} ${outcome.name.namespace ?? ''}/${outcome.name.name}`.replace(
    ' /',
    ' ',
  );
  switch (outcome.result) {
    case 'unchanged':
    case 'created':
    case 'updated':
    case 'repaired':
    case 'pruned':
      return undefined;
    case 'held':
      return outcome.resource.kind === 'RoleBinding'
        ? { reason: 'AccessWithheld', message: `${name} waits until walls, limits and quota stand` }
        : { reason: 'Progressing', message: `${name} waits for what comes before it` };
    case 'terminating':
      return { reason: 'NamespaceTerminating', message: `${name}: it, or its namespace, is being deleted` };
    case 'refused':
      return refusedTrouble(outcome, name);
    case 'backedOff': {
      const who = outcome.by.map(({ manager }) => manager).join(', ');
      return {
        reason: 'Contended',
        message: `${name} is changed back again and again${who === '' ? '' : ` by ${who}`} (repaired ${outcome.repairs} times); it is repaired again in ${Math.ceil(outcome.wait / 1000)} s`,
      };
    }
    case 'failed':
      return isNameTaken(outcome)
        ? refusedTrouble(outcome, name)
        : { reason: 'WriteFailed', message: outcome.error.message };
  }
}

/** A Secret could not be made since somebody's own is there: names of copies are the user's choice. */
export function isNameTaken(outcome: Outcome): boolean {
  return outcome.result === 'failed' && outcome.resource.kind === 'Secret' && isConflict(outcome.error);
}

function refusedTrouble({ resource }: Outcome, name: string): Trouble {
  return resource.kind === 'Secret'
    ? { reason: 'SecretNameTaken', message: `${name} exists and was not made by Mainstay; it is left alone` }
    : { reason: 'Progressing', message: `${name} was changed meanwhile; looked at again` };
}

function namespaceOf({ resource, name }: Outcome): string {
  return resource.scope === 'Cluster' ? name.name : (name.namespace ?? '');
}

function namespaceOfStep(step: Step): string | undefined {
  const { metadata } = step.type === 'SetFinalizers' ? step.target.live : step.live;
  return metadata.namespace ?? metadata.name;
}

function phaseOfStep(step: Step): Phase {
  switch (step.type) {
    case 'Take':
    case 'Release':
    case 'DeleteNamespace':
      return 'Namespaces';
    case 'MoveQuota':
      return 'Quota';
    case 'SetFinalizers':
      return 'Access';
    case 'Prune':
      return phaseOfKind[step.resource.kind] ?? 'Namespaces';
  }
}
