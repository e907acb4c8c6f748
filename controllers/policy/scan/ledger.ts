import type { Resource } from '../evaluate/index.ts';
import { type Bad, isOutcome, isSame, type Outcome, type Standing } from './outcome.ts';

/** What is known of an object apart from what stands in it. */
export interface Identity {
  readonly uid: string;
  readonly resource: Resource;
  /** Empty where it is in none. */
  readonly namespace: string;
  readonly name: string;
  /** The UID of the object that controls it. */
  readonly controller: string | undefined;
}

/** An object that some Policy may match. */
export interface Entry extends Identity {
  /** What each Policy says of it, by the Policy's column. */
  readonly standings: readonly Standing[];
}

/** What a Policy says of all objects together. */
export interface Tally {
  /** Objects that are matched. */
  readonly objects: number;
  readonly pass: number;
  readonly fail: number;
  readonly error: number;
  readonly skip: number;
}

/**
 * What every Policy says of every object, in little: each Policy has a column, each object a row. Sums are kept as it
 * changes, so that asking costs nothing. No input or output.
 */
export class Ledger {
  readonly #rows = new Map<string, Row>();
  readonly #namespaces = new Map<string, Set<Row>>();
  /** By the UID of what controls them. */
  readonly #made = new Map<string, Set<Row>>();
  readonly #columns = new Map<number, Column>();

  get size(): number {
    return this.#rows.size;
  }

  get(uid: string): Entry | undefined {
    return this.#rows.get(uid);
  }

  entries(): Iterable<Entry> {
    return this.#rows.values();
  }

  /** Namespaces that have entries; the empty one is that of what is in none. */
  namespaces(): Iterable<string> {
    return this.#namespaces.keys();
  }

  inNamespace(namespace: string): Iterable<Entry> {
    return this.#namespaces.get(namespace) ?? none;
  }

  /** What that object controls. */
  madeBy(uid: string): Iterable<Entry> {
    return this.#made.get(uid) ?? none;
  }

  /** The object's entry, from now on with this identity; what was said of it stays. */
  put(identity: Identity): Entry {
    const known = this.#rows.get(identity.uid);
    if (known !== undefined && known.controller === identity.controller) return known;
    if (known !== undefined) this.#unlink(known);
    const row: Row = known ?? { ...identity, standings: [] };
    row.controller = identity.controller;
    this.#rows.set(row.uid, row);
    add(this.#namespaces, row.namespace, row);
    if (row.controller !== undefined) add(this.#made, row.controller, row);
    return row;
  }

  remove(uid: string): void {
    const row = this.#rows.get(uid);
    if (row === undefined) return;
    for (const column of row.standings.keys()) this.set(row, column, undefined);
    this.#rows.delete(uid);
    this.#unlink(row);
  }

  /** Says what is known of the object and the Policy of that column from now on. Returns whether that is news. */
  set({ uid }: Entry, column: number, standing: Standing): boolean {
    const row = this.#rows.get(uid);
    if (row === undefined || isSame(row.standings[column], standing)) return false;
    const before = row.standings[column];
    row.standings[column] = standing;
    const sums = this.#columns.get(column) ?? newColumn();
    this.#columns.set(column, sums);
    if (isOutcome(before)) count(sums, before, -1);
    if (isOutcome(standing)) count(sums, standing, 1);
    if (isOutcome(standing) && standing.bad.length > 0) sums.bad.add(row);
    else sums.bad.delete(row);
    return true;
  }

  /** Forgets a Policy; its column may then be another's. */
  clear(column: number): void {
    for (const row of this.#rows.values()) row.standings[column] = undefined;
    this.#columns.delete(column);
  }

  tally(column: number): Tally {
    return this.#columns.get(column) ?? nothing;
  }

  /** The objects of which the Policy says something bad. */
  bad(column: number): Iterable<Entry> {
    return this.#columns.get(column)?.bad ?? none;
  }

  /**
   * What is said of the object above this one that stands for it: one that controls it, or what controls that, of which the
   * Policy has something to say. Objects that control each other in a ring stand for none.
   */
  saidAbove({ uid, controller }: Entry, column: number): Outcome | undefined {
    const seen = new Set([uid]);
    for (let above = controller; above !== undefined && !seen.has(above); ) {
      seen.add(above);
      const row = this.#rows.get(above);
      const standing = row?.standings[column];
      if (standing !== 'covered') return standing;
      above = row?.controller;
    }
    return undefined;
  }

  #unlink(row: Row): void {
    remove(this.#namespaces, row.namespace, row);
    if (row.controller !== undefined) remove(this.#made, row.controller, row);
  }
}

const none: readonly never[] = [];
const nothing: Tally = { objects: 0, pass: 0, fail: 0, error: 0, skip: 0 };

interface Row extends Identity {
  controller: string | undefined;
  readonly standings: Standing[];
}

type Column = { -readonly [Field in keyof Tally]: number } & { readonly bad: Set<Row> };

function newColumn(): Column {
  return { ...nothing, bad: new Set() };
}

function count(sums: Column, { passes, bad }: Outcome, by: 1 | -1): void {
  sums.objects += by;
  sums.pass += by * passes;
  for (const { result } of bad) sums[result satisfies Bad['result']] += by;
}

function add(index: Map<string, Set<Row>>, key: string, row: Row): void {
  const rows = index.get(key);
  if (rows === undefined) index.set(key, new Set([row]));
  else rows.add(row);
}

function remove(index: Map<string, Set<Row>>, key: string, row: Row): void {
  const rows = index.get(key);
  rows?.delete(row);
  if (rows?.size === 0) index.delete(key);
}
