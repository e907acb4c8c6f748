/** Requests of one revision, and how many of them failed, since the comparison began. */
export interface Counts {
  readonly requests: number;
  readonly errors: number;
}

export interface ComparedCounts {
  readonly stable: Counts;
  readonly canary: Counts;
}
