import { appliedFields, hashOf } from '../../../operator/apply/identity.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { PolicyReport, ReportContent } from './api.ts';
import { annotations, fieldManager, labels } from './marks.ts';

/** Keeps of a report what it comes to. Nothing is believed that it says of itself: who changed a result finds it put right. */
export function outlineOf(report: PolicyReport): PolicyReport {
  const { apiVersion, kind, metadata, summary, results = [] } = report;
  const digest = digestOf({ summary, results }, metadata.annotations?.[annotations.cut]);
  return { apiVersion, kind, metadata, digest };
}

/** The same for what a report says the same. */
export function digestOf(
  {
    summary,
    results,
  }: { readonly summary: ReportContent['summary'] | undefined } & Pick<ReportContent, 'results'>,
  cut: string | undefined,
): string {
  return hashOf([summary, results, cut]);
}

const identity = { fieldManager, ownerLabel: '', desiredAnnotation: '' };

/** Whether we made it: the mark counts only where our field manager set it. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  const fields = appliedFields(identity, metadata)?.fieldsV1;
  return fields?.['f:metadata']?.['f:labels']?.[`f:${labels.report}`] !== undefined;
}
