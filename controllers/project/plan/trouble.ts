import type { Reason } from '../status/reasons.ts';

/** What is made for an environment, in the order in which status tells it. */
export const phases = ['Namespaces', 'Network', 'Quota', 'Access', 'Secrets'] as const;
export type Phase = (typeof phases)[number];

/** Why a phase of an environment is not as desired. */
export interface Trouble {
  readonly reason: Reason;
  readonly message: string;
}

/** The trouble of each phase that has some. */
export type Troubles = Partial<Record<Phase, Trouble>>;
