/**
 * A Policy as a judge of objects that are there, or that nobody has sent yet: the very expressions that `compile/` makes for
 * the API server, on a creation of the object by nobody in particular. So what is said in the background, or of a file, is
 * what the API server would say if the object were created now.
 *
 * In the order of reading: `subject.ts` what is judged; `matched.ts` whether it is matched at all; `scopes.ts` what is
 * left out; `rules.ts` the rules that can be judged so; `values.ts` what their expressions see; `projection.ts` which fields
 * that is.
 */
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { Values } from '../../../operator/cel/index.ts';
import { type Facts, type Finding, findingsOf } from '../compile/index.ts';
import { constraintsOf } from '../compile/match.ts';
import type { MatchConstraints } from '../compile/objects.ts';
import {
  isInNamedVersion,
  isMatched,
  isMatchedIfLabelled,
  labelsAsked,
  mayBeMatched,
  requestsOnly,
} from './matched.ts';
import { fieldsOf, type Path, pathsIn, pathsRead } from './projection.ts';
import { type Rule, type Rules, rulesOf } from './rules.ts';
import { type Exception, exceptionsOf, exclusionsOf, type Scope } from './scopes.ts';
import { isRecord, type JsonObject, metadataOf, type Resource, type Subject, text } from './subject.ts';
import { valuesOf } from './values.ts';

export type { Finding } from '../compile/index.ts';
export { type Path, projected } from './projection.ts';
export type { JsonObject, Resource, Subject } from './subject.ts';

export type Verdict =
  | { readonly rule: string; readonly result: 'pass' }
  | { readonly rule: string; readonly result: 'fail' | 'error'; readonly message: string }
  | {
      readonly rule: string;
      readonly result: 'skip';
      /** Of the verdict that the exception hides. */
      readonly message: string;
      readonly hidden: 'fail' | 'error';
      readonly exception: {
        readonly name: string;
        readonly reason: string;
        readonly expires: string | undefined;
      };
    };

export interface Judge {
  readonly policy: string;
  /**
   * Of the compiler, and one (`Note`, `JudgedOnRequest`) for each rule that has no verdict here: it reads who asks, or what
   * was there before. A Policy with a finding of weight `Refused` judges nothing.
   */
  readonly findings: readonly Finding[];
  /** Whether it can match an object of this kind, in some namespace, with some labels. */
  mayMatch(resource: Resource): boolean;
  /**
   * Which fields of such an object its matching, its rules and its messages read. An object that has only these (see
   * `projected`) gets the same verdicts.
   */
  reads(resource: Resource): readonly Path[];
  /** Which of these a rule reads for its verdict alone: where the reason of a bad one is to be sought. */
  ruleReads(rule: string, resource: Resource): readonly Path[];
  /** Whether more of the namespace is read than its name: then `namespaceObject` has to be known. */
  readonly readsNamespace: boolean;
  /** The labels that are all that is read of it; undefined where a rule may read anything. */
  readonly namespaceLabels: readonly string[] | undefined;
  /**
   * Of what a controller made, the owner that this Policy can match as well (`match.workloads`): where it does, what is wrong
   * is said of the owner, and counted once.
   */
  ownerOf(object: JsonObject): Owner | undefined;
  /**
   * A verdict of each rule that can be judged; undefined where the object is not matched.
   *
   * @param now milliseconds since 1970: an exception that has expired then hides nothing
   */
  judge(subject: Subject, now: number): readonly Verdict[] | undefined;
  /**
   * The worst that `judge` can come to, whatever labels the namespace has: undefined where the object is not matched with any,
   * and without what exclusions and exceptions leave out by them.
   */
  judgeIfMatched(subject: Subject, now: number): readonly Verdict[] | undefined;
}

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** @param facts as the compiler's; exceptions are judged by the time that `judge` is told, not by theirs */
export function judgeOf(name: string, spec: PolicySpec, facts: Facts): Judge {
  const candidate = { name, spec, enforcement: spec.enforcement, proven: true };
  const compiled = findingsOf(candidate, facts);
  const isRefused = ({ weight }: Pick<Finding, 'weight'>) => weight === 'Refused';
  if (compiled.some(isRefused)) return silent(name, compiled);
  const rules = rulesOf(name, spec, facts.server.minor);
  const own = [...requestsOnly(spec), ...rules.findings].map((finding) => ({ policy: name, ...finding }));
  const findings = [...compiled, ...own];
  return own.some(isRefused) ? silent(name, findings) : new PolicyJudge(name, spec, facts, rules, findings);
}

function silent(policy: string, findings: readonly Finding[]): Judge {
  return {
    policy,
    findings,
    readsNamespace: false,
    namespaceLabels: [],
    mayMatch: () => false,
    reads: () => [],
    ruleReads: () => [],
    ownerOf: () => undefined,
    judge: () => undefined,
    judgeIfMatched: () => undefined,
  };
}

class PolicyJudge implements Judge {
  readonly policy: string;
  readonly findings: readonly Finding[];
  readonly readsNamespace: boolean;
  readonly namespaceLabels: readonly string[] | undefined;
  readonly #spec: PolicySpec;
  readonly #constraints: MatchConstraints;
  readonly #exclusions: readonly Scope[];
  readonly #exceptions: readonly Exception[];
  readonly #rules: Rules;

  constructor(policy: string, spec: PolicySpec, facts: Facts, rules: Rules, findings: readonly Finding[]) {
    this.policy = policy;
    this.findings = findings;
    this.#spec = spec;
    this.#constraints = constraintsOf(spec.match);
    this.#exclusions = exclusionsOf(spec, facts);
    this.#exceptions = exceptionsOf(spec, facts);
    this.#rules = rules;
    const scopes = [...this.#exclusions, ...this.#exceptions].flatMap(
      ({ namespaceLabels }) => namespaceLabels,
    );
    this.namespaceLabels = rules.readsNamespace
      ? undefined
      : [...new Set([...labelsAsked(this.#constraints.namespaceSelector), ...scopes])];
    this.readsNamespace = this.namespaceLabels?.length !== 0;
  }

  mayMatch(resource: Resource): boolean {
    return this.#rules.rules.length > 0 && mayBeMatched(this.#constraints, resource);
  }

  reads(resource: Resource): readonly Path[] {
    const scopes = fieldsOf([...this.#exclusions, ...this.#exceptions].flatMap(({ texts }) => texts));
    const { object, podSpec } = this.#rules.fields;
    const labels = this.#spec.match.objectSelector === undefined ? [] : [['metadata', 'labels']];
    const owners = this.#spec.match.workloads === true ? [['metadata', 'ownerReferences']] : [];
    return pathsIn(resource, { object: [...object, ...scopes.object, ...labels, ...owners], podSpec });
  }

  ruleReads(rule: string, resource: Resource): readonly Path[] {
    const found = this.#rules.rules.find(({ name }) => name === rule);
    return found === undefined ? [] : pathsRead(resource, found.fields);
  }

  ownerOf(object: JsonObject): Owner | undefined {
    if (this.#spec.match.workloads !== true) return undefined;
    const { ownerReferences } = metadataOf(object);
    const references: readonly unknown[] = Array.isArray(ownerReferences) ? ownerReferences : [];
    const reference = references.filter(isRecord).find(({ controller }) => controller === true);
    if (reference === undefined) return undefined;
    const { apiVersion, kind, name, uid } = reference;
    const owner = { apiVersion: text(apiVersion), kind: text(kind), name: text(name), uid: text(uid) };
    return this.mayMatch(workload(owner)) ? owner : undefined;
  }

  judge(subject: Subject, now: number): readonly Verdict[] | undefined {
    if (!this.mayMatch(subject.resource) || !isMatched(this.#constraints, subject)) return undefined;
    return this.#verdicts(subject, now, () => true);
  }

  judgeIfMatched(subject: Subject, now: number): readonly Verdict[] | undefined {
    const { resource } = subject;
    if (!this.mayMatch(resource) || !isMatchedIfLabelled(this.#constraints, subject)) return undefined;
    return this.#verdicts(subject, now, ({ namespaceLabels }) => namespaceLabels.length === 0);
  }

  /** @param isKnown whether it can be told what a scope leaves out */
  #verdicts(
    subject: Subject,
    now: number,
    isKnown: (scope: Scope) => boolean,
  ): readonly Verdict[] | undefined {
    const { rules } = this.#rules;
    const { version, kind } = subject.resource;
    const unjudged = (message: string): readonly Verdict[] =>
      rules.map(({ name }) => ({ rule: name, result: 'error', message }));
    if (!isInNamedVersion(this.#constraints, subject.resource)) {
      return unjudged(
        `the Policy is about another version of ${kind} than ${version}, and only the API server can convert it`,
      );
    }
    const values = valuesOf(subject);
    const out = this.#exclusions.filter(isKnown).map((one) => one.leavesOut(values));
    if (out.includes(true)) return undefined;
    const untold = out.find((one) => typeof one === 'string');
    if (untold !== undefined) return unjudged(untold);
    const exception = this.#exceptions.find(
      (one) => one.until > now && isKnown(one) && one.leavesOut(values) === true,
    );
    const bound = this.#rules.bind(values);
    return rules.map((rule) => hiddenBy(exception, verdictOf(rule, bound)));
  }
}

/** Every kind that makes pods has a regular plural. */
function workload({ apiVersion, kind }: Pick<Owner, 'apiVersion' | 'kind'>): Resource {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return { group, version, resource: `${kind.toLowerCase()}s`, kind, namespaced: true };
}

type Bare = Exclude<Verdict, { readonly result: 'skip' }>;

function verdictOf(rule: Rule, values: Values): Bare {
  const evaluation = rule.program.evaluate(values);
  if (!evaluation.ok) return { rule: rule.name, result: 'error', message: inOwnWords(evaluation.message) };
  if (evaluation.value === true) return { rule: rule.name, result: 'pass' };
  return { rule: rule.name, result: 'fail', message: messageOf(rule, values) };
}

/** With the variables as the Policy calls them: the compiler makes their names longer, so that each has one of its own. */
function inOwnWords(message: string): string {
  return message.replaceAll(
    /composited variable "(\w+?)(?:_[0-9a-f]{10})?" fails to evaluate: /g,
    'the variable $1: ',
  );
}

/** Of UTF-8, as the API server says a computed message. */
const longestMessage = 5 * 1024;

/** What is computed, where it is fit to be said: as the API server decides it, of the message with what stands before it. */
function messageOf({ says, message, prefix }: Rule, values: Values): string {
  const said = says?.evaluate(values);
  if (said?.ok !== true || typeof said.value !== 'string') return message;
  const fits = Buffer.byteLength(said.value) <= longestMessage && !said.value.includes('\n');
  return fits ? said.value.trim().slice(prefix.length) : message;
}

function hiddenBy(exception: Exception | undefined, verdict: Bare): Verdict {
  if (exception === undefined || verdict.result === 'pass') return verdict;
  const { name, reason, expires } = exception;
  const { rule, message, result } = verdict;
  return { rule, result: 'skip', message, hidden: result, exception: { name, reason, expires } };
}
