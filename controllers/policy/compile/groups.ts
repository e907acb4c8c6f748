import type { Enforcement } from '../../../crds/policy/schema.ts';
import { firstLook, type Part, partOf } from './firstLook.ts';
import {
  digest,
  type MatchConstraints,
  type NamedExpression,
  type ValidatingBinding,
  type ValidatingPolicy,
  type ValidatingSpec,
  validating,
} from './objects.ts';
import type { ResolvedRule, ResolvedVariable } from './resolve.ts';

/** What rules must have alike to stand in one object. */
export interface Sharing {
  readonly constraints: MatchConstraints;
  readonly conditions: readonly NamedExpression[];
  /** Expressions, any of which leaves the request out. */
  readonly inNamespaces: readonly string[];
  readonly enforcement: Enforcement;
  readonly failurePolicy: 'Fail' | 'Ignore';
}

/** An object with what puts it in force, and the rules that stand in it. */
export interface Compilation {
  readonly objects: readonly [ValidatingPolicy, ValidatingBinding];
  readonly rules: readonly ResolvedRule[];
}

/**
 * The rules of Policies that share an object, in as few objects as the API server's limits allow: each object of its own
 * makes every request slower, also where it finds nothing. Rules that a first look cannot ask stand in objects without one,
 * where they do not take it from the others.
 *
 * @param rules in the order of the Policies' names, so that the same rules make the same objects
 */
export function grouped(sharing: Sharing, rules: readonly ResolvedRule[]): readonly Compilation[] {
  const isAsked = (rule: ResolvedRule) => looksFirst(sharing) && fits(partOf(rule));
  return [rules.filter(isAsked), rules.filter((rule) => !isAsked(rule))].flatMap((some, index) =>
    chunksOf(sharing, some, index === 0).map((chunk) => ({
      rules: chunk.rules,
      objects: validating(
        chunk.rules.map(({ policy }) => policy),
        sharing.enforcement,
        specOf(sharing, chunk),
      ),
    })),
  );
}

function chunksOf(sharing: Sharing, rules: readonly ResolvedRule[], looks: boolean): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (const rule of rules) {
    if (chunks.at(-1)?.takes(rule) === true) continue;
    const chunk = new Chunk(sharing, looks);
    chunk.put(rule);
    chunks.push(chunk);
  }
  return chunks;
}

/**
 * Whether an error in the first look has the consequence that an error in a rule has. Where an error denies, it must not deny
 * what is left out by its namespace, which a condition cannot see. Where `Deny` lets errors through, nobody may be able to
 * switch all rules off by sending what is dear to look at.
 */
function looksFirst({ enforcement, failurePolicy, inNamespaces }: Sharing): boolean {
  return failurePolicy === 'Fail' ? inNamespaces.length === 0 : enforcement !== 'Deny';
}

function fits(part: Part | undefined): boolean {
  return part !== undefined && part.cost <= most.look.cost && lengthOf(part) <= most.look.length;
}

/** At most, in characters. */
function lengthOf({ text, same }: Part): number {
  return [text, ...same].reduce((sum, one) => sum + one.length + ' &&\n'.length, 0);
}

/**
 * How much goes into one object. etcd takes 1.5 MB, and the server compiles all of an object again when any of it changes;
 * a binding may cost 10,000,000 for one request. The first look is one expression, which may cost 1,000,000 and have 100,000
 * characters.
 */
const most = {
  bytes: 256 * 1024,
  rules: 100,
  variables: 200,
  cost: 8_000_000,
  look: { cost: 800_000, length: 90_000 },
} as const;

/** The rules of one object, and what they come to. */
class Chunk {
  readonly rules: ResolvedRule[] = [];
  /** Each once. What a variable needs stands before it in every rule's list, so it does here. */
  readonly variables = new Map<string, ResolvedVariable>();
  /**
   * Over its limit of cost, all of an object fails. Where failing refuses, what matters is what a request costs as they
   * come. Where it lets through, nobody may be able to switch off another rule by sending what makes one costly: there the
   * worst counts.
   */
  private readonly which: 'usual' | 'worst';
  private bytes: number;
  private readonly cost = { rules: 0, variables: 0 };
  private readonly look = { cost: 0, length: 0 };
  private readonly looks: boolean;
  private computesMessages = false;

  constructor(sharing: Sharing, looks: boolean) {
    this.looks = looks;
    const { enforcement, failurePolicy } = sharing;
    this.which = enforcement === 'Deny' && failurePolicy === 'Ignore' ? 'worst' : 'usual';
    this.bytes = Buffer.byteLength(JSON.stringify(sharing));
  }

  /** Takes the rule in, if there is room for it. */
  takes(rule: ResolvedRule): boolean {
    const added = this.newVariables(rule);
    const sum = added.reduce((total, { cost }) => total + cost[this.which], 0);
    // Messages are computed apart, and variables then a second time.
    const times = this.computesMessages || rule.messageExpression !== undefined ? 2 : 1;
    const [part] = this.partsOf([rule]);
    const fits =
      this.look.cost + (part?.cost ?? 0) <= most.look.cost &&
      this.look.length + (part === undefined ? 0 : lengthOf(part)) <= most.look.length &&
      this.rules.length + 1 <= most.rules &&
      this.variables.size + added.length <= most.variables &&
      this.bytes + bytesOf(rule, added) <= most.bytes &&
      this.cost.rules + rule.cost[this.which] + times * (this.cost.variables + sum) <= most.cost;
    if (fits) this.put(rule);
    return fits;
  }

  put(rule: ResolvedRule): void {
    const added = this.newVariables(rule);
    this.bytes += bytesOf(rule, added);
    this.cost.rules += rule.cost[this.which];
    this.computesMessages ||= rule.messageExpression !== undefined;
    for (const part of this.partsOf([rule])) {
      this.look.cost += part.cost;
      this.look.length += lengthOf(part);
      this.bytes += lengthOf(part);
    }
    for (const variable of added) {
      this.variables.set(variable.name, variable);
      this.cost.variables += variable.cost[this.which];
    }
    this.rules.push(rule);
  }

  /** Of the first look, if there is one. */
  partsOf(rules: readonly ResolvedRule[]): readonly Part[] {
    return this.looks ? rules.flatMap((rule) => partOf(rule) ?? []) : [];
  }

  private newVariables({ variables }: ResolvedRule): readonly ResolvedVariable[] {
    return variables.filter(({ name }) => !this.variables.has(name));
  }
}

function bytesOf(rule: ResolvedRule, variables: readonly ResolvedVariable[]): number {
  return Buffer.byteLength(JSON.stringify([validationOf(rule, []), bodyOf(rule), variables]));
}

const leftOut = 'leftOut';

function specOf(sharing: Sharing, chunk: Chunk): ValidatingSpec {
  const { constraints, conditions, inNamespaces, failurePolicy } = sharing;
  const exempted =
    inNamespaces.length === 0 ? [] : [{ name: leftOut, expression: inNamespaces.join(' || ') }];
  const bodies = new Map(chunk.rules.map(bodyOf).map((body) => [body.name, body]));
  const variables = [...exempted, ...chunk.variables.values(), ...bodies.values()];
  const parts = chunk.partsOf(chunk.rules);
  const updates = constraints.resourceRules.some(({ operations }) => operations.includes('UPDATE'));
  const looks = parts.length === 0 ? [] : [firstLook(parts, updates)];
  return {
    failurePolicy,
    matchConstraints: constraints,
    matchConditions: [...conditions, ...looks],
    variables: variables.map(({ name, expression }) => ({ name, expression })),
    validations: chunk.rules.map((rule) =>
      validationOf(
        rule,
        exempted.map(({ name }) => name),
      ),
    ),
  };
}

/**
 * A rule as a variable: where it cannot be computed, the API server says the whole expression of the validation before the
 * reason, but of a variable only the name.
 */
function bodyOf({ rule, expression }: ResolvedRule): NamedExpression {
  return { name: `rule_${rule.replaceAll('-', '_')}_${digest(expression, 10)}`, expression };
}

function validationOf(
  resolved: ResolvedRule,
  exempted: readonly string[],
): ValidatingSpec['validations'][number] {
  const { policy, rule, same, message, messageExpression } = resolved;
  const any = [...exempted, ...(same === undefined ? [] : [same]), bodyOf(resolved).name];
  return {
    expression: `${any.map((name) => `variables.${name}`).join(' || ')} // Policy ${policy}, rule ${rule}`,
    message,
    ...(messageExpression === undefined ? {} : { messageExpression }),
    reason: 'Invalid',
  };
}
