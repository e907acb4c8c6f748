import type { Enforcement } from '../crds/policy/schema.ts';
import type { FailOn } from './commandLine.ts';

/** What was found, before it is said in one format or another. */
export interface Report {
  readonly policies: readonly PolicyFacts[];
  /** How many objects there were to judge. */
  readonly manifests: number;
  readonly results: readonly Result[];
  /** What could not be judged. */
  readonly problems: readonly Problem[];
  /** What is worth knowing, and no reason to fail. */
  readonly notes: readonly Problem[];
  readonly failOn: FailOn;
  /** Where one was asked for. */
  readonly framework: FrameworkStanding | undefined;
}

/** How what was judged stands with what a framework asks for. */
export interface FrameworkStanding {
  readonly name: string;
  readonly title: string;
  readonly controls: readonly ControlStanding[];
}

export interface ControlStanding {
  readonly id: string;
  readonly title: string;
  /** That check it and could judge. */
  readonly policies: readonly string[];
  readonly result: 'pass' | 'fail' | 'notChecked';
  readonly violations: number;
  /** Why it is not checked, or what nobody saw of what passes. */
  readonly why: string | undefined;
}

/** In a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Of what Helm made: the template that it made it of, which is what somebody has to change. */
  readonly template?: string;
}

export interface Problem {
  readonly place: Place;
  readonly message: string;
}

export interface PolicyFacts {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly severity: Severity;
  readonly enforcement: Enforcement;
  readonly controls: readonly { readonly framework: string; readonly id: string }[];
  readonly rules: readonly string[];
}

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** The verdict of one rule on one object. */
export interface Result {
  readonly policy: PolicyFacts;
  readonly rule: string;
  readonly object: ObjectName;
  readonly place: Place;
  readonly verdict: 'pass' | 'fail' | 'error' | 'skip';
  /** Of what does not pass. */
  readonly message: string;
  /** Of what an exception hides. */
  readonly exception:
    | { readonly name: string; readonly reason: string; readonly expires: string | undefined }
    | undefined;
}

export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty of what is in none. */
  readonly namespace: string;
  readonly name: string;
}

export const exitCodes = { clean: 0, violated: 1, unjudged: 2 } as const;

/** What could not be judged weighs more than what is wrong: of the rest nobody knows. */
export function exitCodeOf(report: Report): number {
  if (report.problems.length > 0 || report.results.some(({ verdict }) => verdict === 'error')) {
    return exitCodes.unjudged;
  }
  return report.results.some((result) => counts(result, report.failOn))
    ? exitCodes.violated
    : exitCodes.clean;
}

const strictness: readonly string[] = ['audit', 'warn', 'deny', 'never'];

/** Whether it is a violation that makes the check fail. */
export function counts({ verdict, policy }: Result, failOn: FailOn): boolean {
  const enforced = strictness.indexOf(policy.enforcement.toLowerCase());
  return verdict === 'fail' && enforced >= strictness.indexOf(failOn);
}

/** What is said of a place: with the template, if the place is in what was made of one. */
export function saidOf({ template }: Place, message: string): string {
  return template === undefined ? message : `${template}: ${message}`;
}

/** `Deployment shop/web`. */
export function nameOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
