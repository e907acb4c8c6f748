import type { ProjectStatus } from '../../crds/project/schema.ts';
import type { Outcome } from '../../operator/apply/report.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { apiVersionOf } from '../../operator/resources/resource.ts';
import type { Step } from './plan/step.ts';
import type { Project } from './project.ts';
import { about, sentence } from './steps.ts';

/**
 * Says on the Project what was done to an object that somebody had changed or deleted, or is fighting over. A write that
 * failed makes the reconcile fail, which has an event of its own.
 */
export function tellOutcomes(recorder: Recorder, project: Project, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    const { resource, name } = outcome;
    const what = `${resource.kind} ${name.namespace === undefined ? name.name : `${name.namespace}/${name.name}`}`;
    const related: KubernetesObject = {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: name,
    };
    if (outcome.result === 'repaired') {
      const who = outcome.by.length === 0 ? '' : ` by ${outcome.by.map(({ manager }) => manager).join(', ')}`;
      const how = outcome.why.because === 'Missing' ? 'was deleted' : `was changed${who}`;
      recorder.record(project, {
        type: 'Warning',
        reason: 'Repaired',
        action: 'Apply',
        note: `${what} ${how} and was put back`,
        related,
      });
    } else if (outcome.result === 'backedOff') {
      const who = outcome.by.length === 0 ? 'somebody' : outcome.by.map(({ manager }) => manager).join(', ');
      recorder.record(project, {
        type: 'Warning',
        reason: 'Contended',
        action: 'BackOff',
        note: `${what} is changed back again and again by ${who}; it is repaired more and more rarely`,
        related,
      });
    }
  }
}

/** Says what has happened to a namespace of the Project. */
export function tellSteps(recorder: Recorder, project: Project, steps: readonly Step[]): void {
  for (const step of steps) {
    const reason = reasons[step.type];
    if (reason === undefined) continue;
    const { kind, name } = about(step);
    const related = { apiVersion: 'v1', kind, metadata: { name } };
    recorder.record(project, { type: 'Normal', reason, note: sentence(step), related });
  }
}

const reasons: Partial<Record<Step['type'], string>> = {
  Take: 'NamespaceTaken',
  Release: 'NamespaceReleased',
  DeleteNamespace: 'NamespaceDeleted',
};

/** Says when the Project becomes ready, and when something stands in the way that was not there before. */
export function tellStatus(recorder: Recorder, project: Project, status: ProjectStatus): void {
  const [before, now] = [project.status, status].map((of) =>
    of?.conditions?.find(({ type }) => type === 'Ready'),
  );
  if (now === undefined || (before?.status === now.status && before.reason === now.reason)) return;
  if (now.status === 'True') {
    recorder.record(project, { type: 'Normal', reason: 'Ready', note: now.message });
  } else if (!passing.has(now.reason)) {
    recorder.record(project, { type: 'Warning', reason: now.reason, note: now.message });
  }
}

/** What every new Project goes through. */
const passing: ReadonlySet<string> = new Set([
  'Progressing',
  'QuotaPending',
  'Deleting',
  'Suspended',
  'AccessWithheld',
]);
