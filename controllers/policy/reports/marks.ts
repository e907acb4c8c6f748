import type { ApplyIdentity } from '../../../operator/apply/identity.ts';

/** The names under which reports are written. */

export const fieldManager: ApplyIdentity['fieldManager'] = 'mainstay';

export const labels = {
  /** On the reports of Policies, with the value `policies`. Owned by our field manager: what carries it may be deleted. */
  report: 'mainstay.dev/report',
} as const;

export const annotations = {
  /** How many results had no room in the report. */
  cut: 'mainstay.dev/results-left-out',
} as const;

/** Of the one report in each namespace, and of the one of what is in none. */
export const reportName = 'mainstay-policies';
