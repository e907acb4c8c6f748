import { hashOf } from '../../../operator/apply/identity.ts';
import { isRecord } from '../../../operator/resources/json.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { PolicyReport, ReportContent, ReportResult, ReportSummary } from './api.ts';
import { annotations, fieldManager, labels } from './marks.ts';

/** Keeps of a report whether it is ours, and what it comes to. Nothing is believed that it says of itself: who changed a result finds it put right. */
export function outlineOf(report: PolicyReport): PolicyReport {
  const { apiVersion, kind, metadata, summary, results = [] } = report;
  const cut = metadata.annotations?.[annotations.cut];
  return {
    apiVersion,
    kind,
    metadata,
    isOurs: isOurs(report),
    ...(isList(results) ? digestsOf({ summary, results }, cut) : { digest: nothing, bareDigest: nothing }),
  };
}

/** No report comes to it. */
const nothing = '';

/** The API server takes anything for results. */
function isList(results: unknown): results is readonly ReportResult[] {
  return Array.isArray(results) && results.every(isRecord);
}

/** What a report comes to: the same for those that say the same, with or without what is suggested. */
export function digestsOf(
  { summary, results }: { readonly summary: ReportSummary | undefined } & Pick<ReportContent, 'results'>,
  cut: string | undefined,
): { readonly digest: string; readonly bareDigest: string } {
  const digest = hashOf([summary, results, cut]);
  const isBare = results.every(({ properties }) => properties?.fix === undefined);
  return { digest, bareDigest: isBare ? digest : hashOf([summary, results.map(withoutFix), cut]) };
}

function withoutFix({ properties, ...result }: ReportResult): object {
  const { fix: _, ...others } = properties ?? {};
  return { ...result, ...(Object.keys(others).length > 0 && { properties: others }) };
}

/** Whether we made it: the mark counts only where our field manager set it, by creating or by applying. */
function isOurs({ metadata: { managedFields = [] } }: KubernetesObject): boolean {
  return managedFields.some(
    ({ manager, fieldsV1 }) =>
      manager === fieldManager &&
      fieldsV1?.['f:metadata']?.['f:labels']?.[`f:${labels.report}`] !== undefined,
  );
}
