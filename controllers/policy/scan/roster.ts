import { expiryOf } from '../../../crds/policy/defaults.ts';
import type { Enforcement, PolicySpec } from '../../../crds/policy/schema.ts';
import type { Facts } from '../compile/index.ts';
import { leftOut } from '../compile/scope.ts';
import { type Judge, judgeOf } from '../evaluate/index.ts';
import { judgesAlike } from './alike.ts';

/** A Policy to look with. */
export interface FollowedPolicy {
  readonly name: string;
  readonly spec: PolicySpec;
  /** What is in force: the spec's, or a stricter one by promotion. */
  readonly enforcement: Enforcement;
}

/** A Policy that is looked with, and how far that is. */
export interface Followed {
  readonly name: string;
  /** In the ledger. */
  readonly column: number;
  spec: PolicySpec;
  enforcement: Enforcement;
  judge: Judge;
  /** Whether what it says of one object holds for all that are alike: see `judgesAlike`. */
  alike: boolean;
  /**
   * `waiting` for its kinds to be listed; then `looking` at all of them for the first time since it changed; then `through`:
   * from then on only what changes is looked at.
   */
  stage: 'waiting' | 'looking' | 'through';
  /** When all that it matches had last been looked at, milliseconds since 1970. */
  at: number | undefined;
}

/** What is different from the last time. A Policy is in one of the lists at most. */
export interface Changes {
  readonly gone: readonly Followed[];
  /** Other verdicts than before, of any object. */
  readonly renewed: readonly Followed[];
  /** Other verdicts in the namespaces that came to a Project, or went from it. */
  readonly moved: readonly Followed[];
  /** The same verdicts, shown otherwise: by severity or enforcement, say. */
  readonly retold: readonly Followed[];
  /** Namespaces that came to a Project, or went from it. */
  readonly namespaces: ReadonlySet<string>;
}

/** The Policies that are looked with, each with its judge. It finds out what a change of them, or of the facts, is worth. */
export class Roster {
  readonly #followed = new Map<string, Known>();
  #facts: Facts | undefined;

  [Symbol.iterator](): Iterator<Followed> {
    return this.#followed.values();
  }

  get(name: string): Followed | undefined {
    return this.#followed.get(name);
  }

  update(policies: readonly FollowedPolicy[], facts: Facts): Changes {
    const changes = { gone: [], renewed: [], moved: [], retold: [] } as Lists;
    const namespaces = moved(this.#facts?.environments ?? [], facts.environments);
    const factsMoved = namespaces.size > 0 || this.#facts?.server.minor !== facts.server.minor;
    this.#facts = facts;
    const names = new Set(policies.map(({ name }) => name));
    for (const known of [...this.#followed.values()].filter(({ name }) => !names.has(name))) {
      this.#followed.delete(known.name);
      changes.gone.push(known);
    }
    for (const policy of policies) this.#take(policy, facts, factsMoved, changes);
    return { ...changes, namespaces };
  }

  #take(policy: FollowedPolicy, facts: Facts, factsMoved: boolean, changes: Lists): void {
    const { name, spec, enforcement } = policy;
    const known = this.#followed.get(name);
    if (known === undefined) {
      const made = this.#add(policy, facts);
      this.#followed.set(name, made);
      changes.renewed.push(made);
      return;
    }
    const before = { ...known };
    known.spec = spec;
    known.enforcement = enforcement;
    if (factsMoved || before.spec !== spec) {
      known.judged = judgedOf(spec, facts);
      known.told = toldOf(spec);
    }
    if (factsMoved || before.judged !== known.judged) known.left = leftOf(spec, facts);
    if (before.judged !== known.judged) {
      known.judge = judgeOf(name, spec, facts);
      known.alike = judgesAlike(spec);
      known.stage = 'waiting';
      known.at = undefined;
      changes.renewed.push(known);
    } else if (before.left !== known.left) {
      known.judge = judgeOf(name, spec, facts);
      changes.moved.push(known);
    } else if (before.told !== known.told || before.enforcement !== enforcement) {
      changes.retold.push(known);
    }
  }

  #add({ name, spec, enforcement }: FollowedPolicy, facts: Facts): Known {
    const taken = new Set([...this.#followed.values()].map(({ column }) => column));
    let column = 0;
    while (taken.has(column)) column += 1;
    return {
      name,
      column,
      spec,
      enforcement,
      judge: judgeOf(name, spec, facts),
      alike: judgesAlike(spec),
      stage: 'waiting',
      at: undefined,
      judged: judgedOf(spec, facts),
      told: toldOf(spec),
      left: leftOf(spec, facts),
    };
  }
}

/** What decides whether something is done, as text to be compared. */
interface Known extends Followed {
  judged: string;
  told: string;
  left: string;
}

type Lists = Record<'gone' | 'renewed' | 'moved' | 'retold', Followed[]>;

/** What verdicts depend on. */
function judgedOf(
  { match, params, variables, rules, exceptions }: PolicySpec,
  { server: { minor } }: Facts,
): string {
  return JSON.stringify([match, params, variables, rules, exceptions, minor]);
}

/** What is told beside them. */
function toldOf({ title, severity, controls, fix }: PolicySpec): string {
  return JSON.stringify([title, severity, controls, fix?.existing]);
}

/** What of the facts verdicts depend on, whatever the time. */
function leftOf(spec: PolicySpec, facts: Facts): string {
  const { conditions, inNamespaces } = leftOut(spec, { ...facts, now: Number.NEGATIVE_INFINITY });
  return JSON.stringify([conditions, inNamespaces]);
}

type Environments = Facts['environments'];

/** Namespaces that one knows otherwise than the other. */
function moved(before: Environments, after: Environments): ReadonlySet<string> {
  if (before === after) return new Set();
  const keysOf = (environments: Environments) =>
    new Map(environments.map((one) => [JSON.stringify(one), one.namespace]));
  const [then, now] = [keysOf(before), keysOf(after)];
  const only = (some: Map<string, string>, others: Map<string, string>) =>
    [...some].flatMap(([key, namespace]) => (others.has(key) ? [] : [namespace]));
  return new Set([...only(then, now), ...only(now, then)]);
}

/** When an exception of these expires next, and of which Policies; in milliseconds since 1970. */
export function nextExpiry(
  followed: Iterable<Followed>,
  after: number,
): { readonly at: number; readonly of: readonly Followed[] } | undefined {
  let at = Number.POSITIVE_INFINITY;
  let of: Followed[] = [];
  for (const one of followed) {
    for (const exception of one.spec.exceptions ?? []) {
      const expires = expiryOf(exception);
      if (expires === undefined || expires <= after || expires > at) continue;
      of = expires === at ? [...of, one] : [one];
      at = expires;
    }
  }
  return of.length === 0 ? undefined : { at, of };
}
