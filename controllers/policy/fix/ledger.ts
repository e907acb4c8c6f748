import type { FixesStatus, FixReason } from '../../../crds/policy/fixes.ts';
import { keyOf, type ObjectKey, type ObjectName } from '../../../operator/resources/object.ts';
import { apiVersionOf, type Resource, resourceId } from '../../../operator/resources/resource.ts';
import type { Change } from './changes.ts';
import { manifestOf } from './patches.ts';
import type { Outcome } from './plan.ts';

/** A Policy whose fix is for what is there. */
export interface FixedPolicy {
  readonly name: string;
  readonly existing: 'Suggest' | 'Apply';
  /** By what its fix is asked for (`Compiled.fixes`); undefined where it is not compiled, or not served. */
  readonly mark: string | undefined;
}

/** An object that violates, as the scan knows it. */
export interface Violator extends ObjectName {
  readonly resource: Resource;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A violating object, and what was found of it. */
export interface Entry {
  readonly object: Violator;
  readonly policies: readonly string[];
  /** By Policy: why it is as it is. */
  readonly outcomes: ReadonlyMap<string, Found>;
  /** The state of things that it was looked at in. */
  readonly looked: string | undefined;
}

export interface Found extends Outcome {
  readonly mark: string;
  /** What would be changed, as YAML. */
  readonly patch: string | undefined;
}

/** Objects of which a Policy that suggests has its suggestions: more are nobody's reading, and each costs dry runs. */
const mostSuggestions = 100;

/** Characters of a patch that is told. */
const longestPatch = 2048;

/** Everything that violates Policies with a fix, and what is known of it. In memory: it is found again after a restart. */
export class Ledger {
  readonly #entries = new Map<ObjectKey, Entry>();
  #policies: ReadonlyMap<string, FixedPolicy> = new Map();
  readonly #changed: (policies: Iterable<string>) => void;

  constructor(changed: (policies: Iterable<string>) => void) {
    this.#changed = changed;
  }

  /** @returns the objects that are to be looked at again */
  follow(policies: readonly FixedPolicy[]): readonly ObjectKey[] {
    const before = this.#policies;
    this.#policies = new Map(policies.map((policy) => [policy.name, policy]));
    const differs = (name: string) => {
      const [a, b] = [before.get(name), this.#policies.get(name)];
      return a?.mark !== b?.mark || a?.existing !== b?.existing;
    };
    const names = new Set([...before.keys(), ...this.#policies.keys()].filter(differs));
    if (names.size === 0) return [];
    this.#changed(names);
    const keys: ObjectKey[] = [];
    for (const [key, entry] of this.#entries) {
      if (!entry.policies.some((name) => names.has(name))) continue;
      const outcomes = new Map([...entry.outcomes].filter(([name]) => !names.has(name)));
      this.#entries.set(key, { ...entry, outcomes, looked: undefined });
      keys.push(key);
    }
    return keys;
  }

  /** @returns the object's key, if it is to be looked at */
  violates(object: Violator, policies: readonly string[]): ObjectKey | undefined {
    const key = entryKeyOf(object);
    const before = this.#entries.get(key);
    if (policies.length === 0) {
      this.forget(key);
      return undefined;
    }
    const names = policies.toSorted();
    const isSame =
      before?.object.uid === object.uid &&
      before.object.resourceVersion === object.resourceVersion &&
      before.policies.join() === names.join();
    if (isSame) return undefined;
    const isThere = before?.object.uid === object.uid;
    const outcomes = new Map([...(isThere ? before.outcomes : [])].filter(([name]) => names.includes(name)));
    this.#entries.set(key, {
      object,
      policies: names,
      outcomes,
      looked: isThere ? before.looked : undefined,
    });
    this.#changed([...names, ...(before?.policies ?? [])]);
    return key;
  }

  /** Nothing violates any more; the Policies stay. */
  clear(): void {
    this.#entries.clear();
    this.#changed(this.#policies.keys());
  }

  forget(key: ObjectKey): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#changed(entry.policies);
  }

  get(key: ObjectKey): Entry | undefined {
    return this.#entries.get(key);
  }

  keys(): Iterable<ObjectKey> {
    return this.#entries.keys();
  }

  /** The Policies whose fixes are to be asked of the object. */
  askedOf({ policies, outcomes }: Entry): readonly (FixedPolicy & { readonly mark: string })[] {
    return policies.flatMap((name) => {
      const policy = this.#policies.get(name);
      if (policy?.mark === undefined) return [];
      const isOneMore = policy.existing === 'Suggest' && !outcomes.has(name);
      if (isOneMore && this.#hasEnoughOf(name)) return [];
      return [{ ...policy, mark: policy.mark }];
    });
  }

  #hasEnoughOf(policy: string): boolean {
    let count = 0;
    for (const { outcomes } of this.#entries.values()) {
      if (outcomes.has(policy)) count += 1;
      if (count === mostSuggestions) return true;
    }
    return false;
  }

  /**
   * What was found when the object was looked at, in this state of things.
   *
   * @returns what was not so before, by Policy
   */
  found(
    key: ObjectKey,
    looked: string | undefined,
    outcomes: ReadonlyMap<string, Outcome & { readonly mark: string }>,
  ): readonly (readonly [string, Found])[] {
    const entry = this.#entries.get(key);
    if (entry === undefined) return [];
    const all = new Map(
      [...outcomes].map(([policy, outcome]) => [
        policy,
        { ...outcome, patch: patchOf(entry.object, outcome.changes) },
      ]),
    );
    this.#entries.set(key, { ...entry, outcomes: all, looked });
    this.#changed(entry.policies);
    return [...all].filter(([policy, { reason, mark }]) => {
      const before = entry.outcomes.get(policy);
      return before?.reason !== reason || before.mark !== mark;
    });
  }

  statusOf(policy: string): FixesStatus | undefined {
    if (!this.#policies.has(policy)) return undefined;
    const concerned = [...this.#entries.values()].filter(({ policies }) => policies.includes(policy));
    const found = concerned
      .flatMap(({ object, outcomes }) => {
        const outcome = outcomes.get(policy);
        return outcome === undefined ? [] : [{ object, outcome }];
      })
      .toSorted(byUrgency);
    const counted = (which: ReadonlySet<FixReason>) =>
      found.filter(({ outcome }) => which.has(outcome.reason)).length;
    const [waits, sticks] = [counted(waiting), counted(stuck)];
    return {
      pending: concerned.length - found.length + waits,
      suggested: found.length - waits - sticks,
      stuck: sticks,
      ...(found.length === 0 ? {} : { objects: found.slice(0, 10).map(told) }),
    };
  }

  /** What would be changed of an object, as YAML. */
  suggestionOf(
    policy: string,
    object: Pick<Violator, 'resource' | 'name' | 'namespace'>,
  ): string | undefined {
    return this.#entries.get(entryKeyOf(object))?.outcomes.get(policy)?.patch;
  }
}

/** An object of any kind. */
function entryKeyOf({ resource, ...name }: Pick<Violator, 'resource' | 'name' | 'namespace'>): ObjectKey {
  return keyOf({ name: `${resourceId(resource)}/${keyOf(name)}` });
}

const waiting: ReadonlySet<FixReason> = new Set(['NotInForce', 'Forbidden']);

const stuck: ReadonlySet<FixReason> = new Set(['UndoneAgain', 'NotSettling', 'Refused', 'ChangesNothing']);

interface One {
  readonly object: Violator;
  readonly outcome: Found;
}

/** What needs a person, then what waits for one, by name. */
function byUrgency(a: One, b: One): number {
  const urgency = ({ outcome }: One) => (stuck.has(outcome.reason) ? 0 : waiting.has(outcome.reason) ? 1 : 2);
  const name = ({ object }: One) => entryKeyOf(object);
  return urgency(a) - urgency(b) || (name(a) < name(b) ? -1 : 1);
}

function told({ object, outcome }: One): NonNullable<FixesStatus['objects']>[number] {
  const { resource, namespace, name } = object;
  const { reason, message, patch } = outcome;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    reason,
    message: message.length <= 1024 ? message : `${message.slice(0, 1023)}…`,
    ...(patch === undefined ? {} : { patch }),
  };
}

function patchOf({ resource, namespace, name }: Violator, changes: readonly Change[]): string | undefined {
  if (changes.length === 0) return undefined;
  const patch = manifestOf(
    { apiVersion: apiVersionOf(resource), kind: resource.kind, namespace, name },
    changes,
  );
  return patch.length <= longestPatch ? patch : undefined;
}
