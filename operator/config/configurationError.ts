/** One thing that is wrong, and where: a variable, a flag, a file with line, or a path that has no value. */
export interface ConfigurationProblem {
  readonly place: string;
  readonly message: string;
}

/** The configuration cannot be used. The message has one line a problem. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super(
      [
        'the configuration is not valid:',
        ...problems.map(({ place, message }) => `  ${place}: ${message}`),
      ].join('\n'),
    );
    this.problems = problems;
  }
}
