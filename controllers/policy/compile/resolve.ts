import type { PolicyRule, PolicySpec } from '../../../crds/policy/schema.ts';
import { added, type Cost, costOf } from './cost.ts';
import type { Finding } from './facts.ts';
import { fieldsRead } from './fieldsRead.ts';
import { literal, valueLiteral } from './literal.ts';
import { type CompiledMutation, digest } from './objects.ts';
import { canDropNulls, podSpecOf, podSpecPath, podSpecWithoutNulls } from './podSpec.ts';
import { nothing, type Reads, readsOf, unchanged, union } from './reads.ts';
import {
  bracketed,
  ExpressionProblem,
  type Reference,
  readSource,
  rewritten,
  type Source,
} from './source.ts';

/**
 * A Policy's expressions as the API server takes them: each name that is ours (`params`, `podSpec`, `variables.x`) leads to
 * a variable whose name says what it computes. So Policies can share an object and never meet, and what two of them
 * compute alike is computed once.
 */
export interface Resolved {
  readonly rules: readonly ResolvedRule[];
  readonly mutations: readonly ResolvedMutation[];
  /** What all rules together read. */
  readonly reads: Reads;
  readonly calls: ReadonlySet<string>;
  readonly findings: readonly Omit<Finding, 'policy'>[];
}

export interface ResolvedRule {
  readonly policy: string;
  readonly rule: string;
  /** The rule alone. */
  readonly expression: string;
  /** The variable that is true of an update that leaves what the rule reads as it was; undefined where none are matched. */
  readonly same: string | undefined;
  /** The rule alone, its variables and parameters put in place, `podSpec` as it is; undefined where that is too long. */
  readonly inlined: string | undefined;
  readonly reads: Reads;
  readonly message: string;
  readonly messageExpression: string | undefined;
  /** What it needs, each after what it needs itself. */
  readonly variables: readonly ResolvedVariable[];
  /** Of the expression and the message, without the variables. */
  readonly cost: Cost;
}

export interface ResolvedMutation {
  readonly policy: string;
  readonly mutation: CompiledMutation;
  readonly variables: readonly ResolvedVariable[];
}

export interface ResolvedVariable {
  readonly name: string;
  readonly expression: string;
  readonly cost: Cost;
}

/** Of an API server's parser, in characters. */
const longestExpression = 100_000;

/**
 * What is the same for as long as the Policy is: remembered with its spec, so that of many Policies only one that changed is
 * worked out again.
 *
 * @param updates whether updates are matched, of which those are let through that leave what a rule reads as it was
 * @param minor of the server's version
 */
export function resolve(policy: string, spec: PolicySpec, updates: boolean, minor: number): Resolved {
  const pods = canDropNulls(minor) ? podsWithoutNulls : podsAsWritten;
  const known = remembered.get(spec);
  if (known?.policy === policy && known.updates === updates && known.pods === pods) return known.resolved;
  const resolved = new Resolution(policy, spec, updates, pods).result();
  remembered.set(spec, { policy, updates, pods, resolved });
  return resolved;
}

const remembered = new WeakMap<
  PolicySpec,
  {
    readonly policy: string;
    readonly updates: boolean;
    readonly pods: Pods;
    readonly resolved: Resolved;
  }
>();

/** The pods of the new and of the old object. */
interface Pods {
  readonly podSpec: Known;
  readonly oldPodSpec: Known;
}

interface Known {
  readonly variables: readonly ResolvedVariable[];
  readonly reads: Reads;
  /** With the Policy's variables put in place; undefined where that is too long. */
  readonly inlined: string | undefined;
}

interface Text extends Known {
  readonly text: string;
  readonly cost: Cost;
}

class Resolution {
  private readonly policy: string;
  private readonly spec: PolicySpec;
  private readonly updates: boolean;
  private readonly pods: Pods;
  private readonly findings: Omit<Finding, 'policy'>[] = [];
  private readonly calls = new Set<string>();
  /** Of the Policy's own variables, those that have been read so far. */
  private readonly named = new Map<string, Known>();
  private readonly mutating = new Map<string, Known>();

  constructor(policy: string, spec: PolicySpec, updates: boolean, pods: Pods) {
    this.policy = policy;
    this.spec = spec;
    this.updates = updates;
    this.pods = pods;
  }

  result(): Resolved {
    for (const [index, { name, expression }] of (this.spec.variables ?? []).entries()) {
      const text = this.text(expression, `spec.variables[${index}].expression`);
      if (text !== undefined) this.named.set(name, withVariable(text, name));
    }
    const rules = this.spec.rules.flatMap((rule, index) => this.rule(rule, `spec.rules[${index}]`) ?? []);
    this.mutating.set(
      'podSpecPath',
      withVariable({ ...nothingRead, text: podSpecPath }, 'podSpecPath', false),
    );
    const mutations = (this.spec.fix?.mutations ?? []).flatMap((_, index) => this.mutation(index));
    return {
      rules,
      mutations,
      reads: union(rules.map(({ reads }) => reads)),
      calls: this.calls,
      findings: this.findings,
    };
  }

  private rule(
    { name, expression, message, messageExpression }: PolicyRule,
    field: string,
  ): ResolvedRule | undefined {
    const text = this.text(expression, `${field}.expression`);
    const said =
      messageExpression === undefined
        ? undefined
        : this.text(messageExpression, `${field}.messageExpression`);
    if (text === undefined || (messageExpression !== undefined && said === undefined)) return undefined;
    const prefix = `Policy ${this.policy}, rule ${name}`;
    const reads = { ...text.reads, ...(text.inlined === undefined ? {} : fieldsRead(text.inlined)) };
    const same = this.updates ? sameVariables(reads, this.pods) : [];
    return {
      policy: this.policy,
      rule: name,
      expression: bracketed(text.text),
      same: same.at(-1)?.name,
      inlined: text.inlined,
      reads,
      message: `${prefix}: ${message ?? 'it does not hold'}`,
      messageExpression:
        said === undefined ? undefined : `${literal(`${prefix}: `)} + ${bracketed(said.text)}`,
      variables: distinct([...same, ...text.variables, ...(said?.variables ?? [])]),
      cost: said === undefined ? text.cost : added(text.cost, said.cost),
    };
  }

  private mutation(index: number): readonly ResolvedMutation[] {
    const field = `spec.fix.mutations[${index}]`;
    const given = this.spec.fix?.mutations[index];
    const form = given?.patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration';
    const text = this.text(given?.[form]?.expression ?? '', `${field}.${form}.expression`, true);
    if (text === undefined) return [];
    const expression = text.text;
    const mutation: CompiledMutation =
      form === 'jsonPatch'
        ? { patchType: 'JSONPatch', jsonPatch: { expression } }
        : { patchType: 'ApplyConfiguration', applyConfiguration: { expression } };
    return [{ policy: this.policy, mutation, variables: text.variables }];
  }

  /** The expression with its names resolved; undefined, and a finding, where it cannot be. */
  private text(expression: string, field: string, mutates = false): Text | undefined {
    try {
      const source = readSource(expression);
      for (const call of source.calls) this.calls.add(call);
      return this.resolved(source, field, mutates);
    } catch (error) {
      if (!(error instanceof ExpressionProblem)) throw error;
      this.findings.push({ weight: 'Refused', reason: 'InvalidExpression', field, message: error.message });
      return undefined;
    }
  }

  private resolved(source: Source, field: string, mutates: boolean): Text | undefined {
    const replaced = source.references.flatMap((reference) => {
      const known = this.known(source, reference, mutates);
      const variable = known?.variables.at(-1);
      if (known === undefined || variable === undefined) return [];
      const end = reference.name === 'variables' ? reference.fieldEnd : reference.end;
      return [{ reference, known, edit: { start: reference.start, end, by: `variables.${variable.name}` } }];
    });
    const text = rewritten(
      source,
      replaced.map(({ edit }) => edit),
    );
    if (text.length > longestExpression) {
      this.findings.push({
        weight: 'Refused',
        reason: 'TooLarge',
        field,
        message: `has ${text.length} characters, and an API server takes ${longestExpression}`,
      });
      return undefined;
    }
    return {
      text,
      inlined: inlined(source, [...replaced.flatMap(putInPlace), ...this.paramsIn(source)]),
      cost: costOf(source),
      variables: distinct(replaced.flatMap(({ known }) => known.variables)),
      reads: union([readsOf(source), ...replaced.map(({ known }) => known.reads)]),
    };
  }

  /** What a name of ours stands for; undefined for the API server's own. */
  private known({ text }: Source, reference: Reference, mutates: boolean): Known | undefined {
    const { name, path, start } = reference;
    if (name === 'podSpec') {
      if (this.spec.match.workloads === true) return this.pods.podSpec;
      throw new ExpressionProblem(
        text,
        start,
        'podSpec is there with match.workloads only: read object instead',
      );
    }
    if (name === 'podSpecPath') {
      const known = mutates && this.spec.match.workloads === true ? this.mutating.get(name) : undefined;
      if (known !== undefined) return known;
      throw new ExpressionProblem(text, start, 'podSpecPath is there in mutations with match.workloads only');
    }
    if (name === 'params') return this.params(text, start);
    if (name !== 'variables') return undefined;
    const [variable] = path;
    if (variable === undefined) {
      throw new ExpressionProblem(text, start, 'variables are read by name, as variables.containers');
    }
    const known = this.named.get(variable);
    if (known !== undefined) return known;
    throw new ExpressionProblem(
      text,
      start,
      `there is no variable ${variable} here: a variable reads only those before it in spec.variables`,
    );
  }

  private params(text: string, start: number): Known {
    const { params } = this.spec;
    if (params === undefined) throw new ExpressionProblem(text, start, 'the Policy has no spec.params');
    const expression = valueLiteral(params);
    if (expression.length > longestExpression) {
      throw new ExpressionProblem(
        text,
        start,
        `spec.params has ${expression.length} characters, and an API server takes ${longestExpression}`,
      );
    }
    return withVariable({ ...nothingRead, text: expression }, 'params');
  }

  /** Parameters as literals: the one that is read, or, where that cannot be told, all of them. */
  private paramsIn({ text, references }: Source): readonly Edit[] {
    return references
      .filter(({ name }) => name === 'params')
      .map(({ path: [field = ''], start, end, fieldEnd }) => {
        const isOptional = text.slice(end, fieldEnd).includes('?');
        const value = Object.entries(this.spec.params ?? {}).find(([name]) => name === field)?.[1];
        return value === undefined || isOptional
          ? { start, end, by: `(${valueLiteral(this.spec.params)})` }
          : { start, end: fieldEnd, by: `dyn(${valueLiteral(value)})` };
      });
  }
}

/** Names that stand for themselves where variables are put in place. */
const nothingRead = {
  variables: [],
  reads: nothing,
  inlined: '',
  cost: costOf(readSource('null')),
};

const podsAsWritten = podsBy(podSpecOf);
const podsWithoutNulls = podsBy(podSpecWithoutNulls);

/** Its reads are those of the place where it is read. What it may cost is within what groups leave free. */
function podsBy(text: (object: string) => string): Pods {
  const of = (object: string, name: string) =>
    withVariable({ ...nothingRead, text: text(object) }, name, false);
  return { podSpec: of('object', 'podSpec'), oldPodSpec: of('oldObject', 'oldPodSpec') };
}

function sameVariables(reads: Reads, { podSpec, oldPodSpec }: Pods): readonly ResolvedVariable[] {
  const text = unchanged(reads, { now: 'variables.podSpec', before: 'variables.oldPodSpec' });
  const specs = text.includes('variables.')
    ? [podSpec, oldPodSpec].flatMap(({ variables }) => variables)
    : [];
  const cost = costOf(readSource(text));
  return withVariable({ ...nothingRead, text, cost, variables: specs }, 'same').variables;
}

/** @param hashed false for a name that stands for one expression only */
function withVariable({ text, variables, reads, inlined, cost }: Text, name: string, hashed = true): Known {
  const unique = hashed ? `${name}_${digest(text, 10)}` : name;
  return { reads, inlined, variables: distinct([...variables, { name: unique, expression: text, cost }]) };
}

function distinct(variables: readonly ResolvedVariable[]): readonly ResolvedVariable[] {
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()];
}

/** A variable of the Policy, replaced by what it computes. */
function putInPlace({
  reference: { name, start, fieldEnd },
  known,
}: {
  readonly reference: Reference;
  readonly known: Known;
}): readonly Edit[] {
  if (name !== 'variables') return [];
  const by = known.inlined === undefined ? undefined : bracketed(known.inlined);
  return [{ start, end: fieldEnd, by }];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  /** Undefined where it is too long. */
  readonly by: string | undefined;
}

function inlined(source: Source, edits: readonly Edit[]): string | undefined {
  const length = edits.reduce((sum, { by }) => sum + (by?.length ?? longestExpression), source.text.length);
  if (length > longestExpression) return undefined;
  return rewritten(
    source,
    edits.map(({ by = '', ...place }) => ({ ...place, by })),
  );
}
