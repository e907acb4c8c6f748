import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { Finding } from '../compile/index.ts';

/** What is known of a spec before it is put in force. */
export interface Examination {
  /**
   * `Taken`: types fit, and the API server takes what it is compiled into. `Refused`: see the findings. `Unknown`: it could
   * not be asked now.
   */
  readonly state: 'Taken' | 'Refused' | 'Unknown';
  readonly findings: readonly Omit<Finding, 'policy'>[];
  /** Whether its rules were tried on a sample of every kind, and none failed: an error may then refuse. */
  readonly proven: boolean;
  /** Whether requests would be answered with 500 by what its fix makes: then not even the last good one keeps it. */
  readonly unfit?: boolean;
  /** Why it could not be asked. */
  readonly trouble?: string;
  /** Kinds that are served, of which the API server does not say yet what they are: to be looked at again soon. */
  readonly undescribed?: readonly string[];
}

/** A Policy that is to be examined. */
export interface Subject {
  readonly name: string;
  readonly uid: string;
  readonly spec: PolicySpec;
}
