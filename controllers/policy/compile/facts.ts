import type { Enforcement, PolicySpec } from '../../../crds/policy/schema.ts';

/** What the compiler is told. It reads no clock and asks nobody, so the same facts make the same objects. */

/** A Policy that is to be in force. */
export interface Candidate {
  readonly name: string;
  readonly spec: PolicySpec;
  /** What is in force: the spec's, or a stricter one by promotion. */
  readonly enforcement: Enforcement;
  /**
   * Whether every rule was type-checked for every kind that it matches, and samples of them were tried. Only then may an
   * error in it refuse a request; before, a mistake in a rule would stop whatever it matches.
   */
  readonly proven: boolean;
}

export interface Facts {
  /** Every namespace that a Project holds, as the Projects say it: labels of a namespace are not believed here. */
  readonly environments: readonly {
    readonly project: string;
    readonly environment: string;
    readonly namespace: string;
  }[];
  readonly server: {
    /** Of Kubernetes' version, 36 of 1.36. */
    readonly minor: number;
    /** Whether it serves ValidatingAdmissionPolicies as `v1`. */
    readonly validating: boolean;
    /** Whether it serves MutatingAdmissionPolicies as `v1`; `Forbidden` where it does, and the operator may not write them. */
    readonly mutating: boolean | 'Forbidden';
  };
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Something to tell whoever wrote the Policy. */
export interface Finding {
  readonly policy: string;
  /**
   * `Refused`: nothing is made of the Policy until it is corrected. `Background`: requests cannot be judged by it on this
   * server, what is there can. `Note`: it is in force, but not quite as it may have been meant.
   */
  readonly weight: 'Refused' | 'Background' | 'Note';
  /** In one CamelCase word. */
  readonly reason:
    | 'InvalidExpression'
    | 'TooLarge'
    | 'NotServed'
    | 'FixForbidden'
    | 'NothingMatched'
    | 'JudgedOnRequest'
    | 'Unproven';
  /** From the root of the Policy, as `spec.rules[0].expression`. */
  readonly field: string;
  /** What is wrong, and what to do about it; with line and column, where it is in an expression. */
  readonly message: string;
}
