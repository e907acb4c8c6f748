import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { defineResource, type Resource } from '../../../operator/resources/resource.ts';

/** The two kinds of reports that others read: the same content under two names, of which a cluster has either, both or none. */

export interface ReportApi {
  readonly namespaced: Resource<PolicyReport>;
  readonly cluster: Resource<PolicyReport>;
}

export interface PolicyReport extends KubernetesObject, Partial<ReportContent> {
  // In the cache only, in the place of what a report says.
  /** What that comes to. */
  readonly digest?: string;
  /** The same without what is suggested. */
  readonly bareDigest?: string;
  /** Whether we made it. */
  readonly isOurs?: boolean;
}

/** What a report says. */
export interface ReportContent {
  readonly summary: ReportSummary;
  readonly results: readonly ReportResult[];
}

export interface ReportSummary {
  readonly pass: number;
  readonly fail: number;
  readonly warn: number;
  readonly error: number;
  readonly skip: number;
}

export interface ReportResult {
  readonly source: 'Mainstay';
  readonly policy: string;
  readonly rule: string;
  readonly category?: string;
  readonly severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
  readonly result: 'fail' | 'warn' | 'error' | 'skip';
  /** Whether it counts against the object. */
  readonly scored?: boolean;
  readonly resources: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
  }[];
  readonly message: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export const reportApis: readonly ReportApi[] = [
  api('wgpolicyk8s.io', 'v1alpha2', 'PolicyReport'),
  api('openreports.io', 'v1alpha1', 'Report'),
];

function api(group: string, version: string, kind: string): ReportApi {
  const plural = `${kind.toLowerCase()}s`;
  const common = { group, version };
  return {
    namespaced: defineResource<PolicyReport>({ ...common, kind, plural, scope: 'Namespaced' }),
    cluster: defineResource<PolicyReport>({
      ...common,
      kind: `Cluster${kind}`,
      plural: `cluster${plural}`,
      scope: 'Cluster',
    }),
  };
}
