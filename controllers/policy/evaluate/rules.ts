import type { PolicySpec } from '../../../crds/policy/schema.ts';
import {
  type Compilation,
  type Composition,
  compile,
  composeVariables,
  dyn,
  formatType,
  mapOf,
  type Program,
  string,
  type Values,
} from '../../../operator/cel/index.ts';
import type { Finding } from '../compile/index.ts';
import { constraintsOf } from '../compile/match.ts';
import { type ResolvedRule, resolve } from '../compile/resolve.ts';
import { bracketed, type Reference, readSource, rewritten } from '../compile/source.ts';
import { type Fields, fieldsOf } from './projection.ts';
import { declarations, knownOfRequest } from './values.ts';

/** The rules of a Policy that have a verdict without a request. */
export interface Rules {
  readonly rules: readonly Rule[];
  /** Values with the variables of the rules. */
  bind(values: Values): Values;
  readonly fields: Fields;
  readonly readsNamespace: boolean;
  readonly findings: readonly Omit<Finding, 'policy'>[];
}

export interface Rule {
  readonly name: string;
  readonly program: Program;
  /** The compiled rule says Policy and rule before each message. */
  readonly prefix: string;
  /** Said where there is no `says`, or where it says nothing fit. */
  readonly message: string;
  readonly says: Program | undefined;
  /** What it reads, without its message. */
  readonly fields: Fields;
}

/** @param minor of the server's version, whose verdicts are meant */
export function rulesOf(policy: string, spec: PolicySpec, minor: number): Rules {
  // Without updates there is nothing before a rule that lets through what an update leaves as it was.
  const resolved = resolve(policy, spec, false, minor);
  const updates = constraintsOf(spec.match).resourceRules.some(({ operations }) =>
    operations.includes('UPDATE'),
  );
  // What is wrong with them the compiler has found, and says.
  const judging = resolved.findings.length > 0 ? [] : resolved.rules.map((rule) => new Texts(rule));
  const asked = judging.map((texts, index) => ofRequest(texts, index));
  const judged = judging
    .map((texts, index) => ({ texts, index }))
    .filter(({ index }) => asked[index] === undefined);
  const variables = new Map(
    judged.flatMap(({ texts }) => texts.rule.variables.map((one) => [one.name, one] as const)),
  );
  const composition = composeVariables([...variables.values()], declarations);
  const compiled = judged.map(({ texts, index }) => compiledRule(texts, index, composition, spec, updates));
  const whole = compiled.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  const read = judged.flatMap(({ texts }) => texts.inlined);
  return {
    rules: whole,
    bind: (values) => composition.bind(values),
    fields: fieldsOf(read),
    readsNamespace: read.some((text) => readSource(text).references.some(isOfNamespace)),
    findings: [
      ...asked.flatMap((finding) => finding ?? []),
      ...compiled.flatMap(({ finding }) => finding ?? []),
    ],
  };
}

/** Its name is known whatever else is. */
function isOfNamespace({ name, path: [first, second] }: Reference): boolean {
  return name === 'namespaceObject' && !(first === 'metadata' && second === 'name');
}

/** A rule's expressions, and what they read through the variables. */
class Texts {
  readonly rule: ResolvedRule;
  readonly #variables: ReadonlyMap<string, string>;

  constructor(rule: ResolvedRule) {
    this.rule = rule;
    this.#variables = new Map(rule.variables.map(({ name, expression }) => [name, expression]));
  }

  /** The rule and its message, with their variables put in place. */
  get inlined(): readonly string[] {
    const { expression, messageExpression } = this.rule;
    return [expression, ...(messageExpression === undefined ? [] : [messageExpression])].map((text) =>
      this.#inlined(text),
    );
  }

  /** Of the rule alone, without its message. */
  get inlinedRule(): string {
    return this.#inlined(this.rule.expression);
  }

  #inlined(text: string): string {
    const source = readSource(text);
    const edits = source.references.flatMap(({ name, path: [variable = ''], start, fieldEnd }) => {
      if (name !== 'variables') return [];
      // Read by its own name: where the pod stands depends on the kind.
      if (variable === 'podSpec') return [{ start, end: fieldEnd, by: 'podSpec' }];
      const expression = this.#variables.get(variable);
      return expression === undefined
        ? []
        : [{ start, end: fieldEnd, by: bracketed(this.#inlined(expression)) }];
    });
    return rewritten(source, edits);
  }
}

type Told = Omit<Finding, 'policy'>;

/** Said of a rule whose verdict depends on a request. */
function ofRequest(texts: Texts, index: number): Told | undefined {
  const reads = asks(texts.inlinedRule);
  if (reads.length === 0) return undefined;
  return {
    weight: 'Note',
    reason: 'JudgedOnRequest',
    field: `spec.rules[${index}].expression`,
    message: `the rule ${texts.rule.rule} reads ${[...new Set(reads)].join(', ')}: it is judged when something is asked for, and has no verdict on what is there`,
  };
}

/** What an expression reads of a request: who asks, and what was there before. */
function asks(expression: string): readonly string[] {
  return readSource(expression).references.flatMap(({ name, path: [field = ''] }) => {
    if (name === 'authorizer' || name === 'oldObject') return [name];
    return name === 'request' && !knownOfRequest.has(field) ? [field === '' ? name : `request.${field}`] : [];
  });
}

/** One of the two. */
interface CompiledRule {
  readonly rule?: Rule;
  readonly finding?: Told;
}

function compiledRule(
  texts: Texts,
  index: number,
  composition: Composition,
  spec: PolicySpec,
  updates: boolean,
): CompiledRule {
  const { rule, expression, message, messageExpression, policy, variables } = texts.rule;
  const prefix = `Policy ${policy}, rule ${rule}: `;
  // What is `dyn` the server takes as an operand, and not alone.
  const program = compile(updates ? `false || ${expression}` : expression, composition.declarations);
  const says =
    messageExpression === undefined || asks(texts.inlined.at(-1) ?? '').length > 0
      ? undefined
      : compile(messageExpression, composition.declarations);
  const broken = variables.some(({ name }) => composition.errors.has(name));
  if (broken || !program.ok || formatType(program.program.type) !== 'bool' || says?.ok === false) {
    return { finding: placed(spec, index) };
  }
  return {
    rule: {
      name: rule,
      program: program.program,
      prefix,
      message: message.slice(prefix.length),
      says: says?.program,
      fields: fieldsOf([texts.inlinedRule]),
    },
  };
}

/** What is wrong, in the words of the Policy: each expression is compiled as it was written. */
function placed(spec: PolicySpec, index: number): Told {
  const composition = composeVariables(spec.variables ?? [], {
    variables: { ...declarations.variables, params: mapOf(string, dyn), podSpec: dyn },
  });
  const rule = spec.rules[index];
  const compiled = (text = 'true') => compile(text, composition.declarations);
  const expression = compiled(rule?.expression);
  const field = `spec.rules[${index}]`;
  // A variable with a mistake is `dyn` to whoever reads it.
  return (
    refusal(errorsOf(expression), `${field}.expression`) ??
    refusal(errorsOf(compiled(rule?.messageExpression)), `${field}.messageExpression`) ??
    (spec.variables ?? [])
      .map(({ name }, at) => refusal(composition.errors.get(name), `spec.variables[${at}].expression`))
      .find((finding) => finding !== undefined) ?? {
      weight: 'Refused',
      reason: 'InvalidExpression',
      field: `${field}.expression`,
      message: `line 1, column 1: is ${expression.ok ? formatType(expression.program.type) : 'nothing'}, and must be true or false (bool)`,
    }
  );
}

type Errors = Extract<Compilation, { readonly ok: false }>['errors'];

function errorsOf(compilation: Compilation): Errors | undefined {
  return compilation.ok ? undefined : compilation.errors;
}

function refusal(errors: Errors | undefined, field: string): Told | undefined {
  const [error] = errors ?? [];
  if (error === undefined) return undefined;
  const message = `line ${error.line}, column ${error.column}: ${error.message}`;
  return error.reason === 'Unsupported'
    ? {
        weight: 'Note',
        reason: 'JudgedOnRequest',
        field,
        message: `${message}; only the API server can judge by it`,
      }
    : { weight: 'Refused', reason: 'InvalidExpression', field, message };
}
