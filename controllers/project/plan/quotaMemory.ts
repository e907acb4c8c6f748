import type { ElasticMemory, Hard } from './quota/types.ts';

/** What the controller remembers of a Project's quota between two plans. Losing it costs time, never the invariant. */
export interface QuotaMemory {
  readonly elastic: ElasticMemory;
  /** What was sent and never answered, by environment. */
  readonly attempted: ReadonlyMap<string, Hard>;
  /** Namespaces that this process has made and to which nobody has had access, by UID. */
  readonly untouched: ReadonlySet<string>;
}

export const noMemory: QuotaMemory = { elastic: {}, attempted: new Map(), untouched: new Set() };
