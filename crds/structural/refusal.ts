/** Something that the schema says and a structural schema cannot. */
export interface Refusal {
  /** From the root of the object, as `spec.environments[].name`; a record's values are `{}`. */
  readonly path: string;
  readonly problem: string;
}

/** Thrown at generation with everything that a structural schema cannot say, each with its path. */
export class NotStructuralError extends Error {
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(
      `not a structural schema:\n${refusals.map(({ path, problem }) => `  ${path}: ${problem}`).join('\n')}`,
    );
    this.name = 'NotStructuralError';
    this.refusals = refusals;
  }
}
