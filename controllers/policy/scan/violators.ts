import type { ObjectName } from '../../../operator/resources/object.ts';
import type { Resource as RuntimeResource } from '../../../operator/resources/resource.ts';
import type { Entry, Identity } from './ledger.ts';
import { isOutcome } from './outcome.ts';
import type { Followed } from './roster.ts';

/** An object that violates a Policy, as whoever fixes it knows it. */
export interface Violator extends ObjectName {
  readonly resource: RuntimeResource;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** What an object fails of the Policies whose fix is for what is there; with none once it fails none, or is gone. */
export type TellViolates = (object: Violator, policies: readonly string[]) => void;

/** Tells of each object that violates such a Policy, whenever that or the object changes. */
export class Violators {
  readonly #tell: TellViolates;
  /** What was told last, by UID. */
  readonly #told = new Map<string, string>();

  constructor(tell: TellViolates) {
    this.#tell = tell;
  }

  has(uid: string): boolean {
    return this.#told.has(uid);
  }

  /** The UIDs of those that were told of. */
  uids(): readonly string[] {
    return [...this.#told.keys()];
  }

  /** @param version the object's `resourceVersion` */
  look(entry: Entry, version: string, policies: Iterable<Followed>): void {
    const failed: string[] = [];
    for (const { name, column, spec } of policies) {
      const standing = entry.standings[column];
      const isFixed = spec.fix !== undefined && spec.fix.existing !== 'Off';
      if (isFixed && isOutcome(standing) && standing.bad.some(({ result }) => result === 'fail'))
        failed.push(name);
    }
    if (failed.length === 0) {
      this.gone(entry, version);
      return;
    }
    const said = JSON.stringify([version, failed]);
    if (this.#told.get(entry.uid) === said) return;
    this.#told.set(entry.uid, said);
    this.#tell(violatorOf(entry, version), failed);
  }

  gone(identity: Identity, version: string): void {
    if (this.#told.delete(identity.uid)) this.#tell(violatorOf(identity, version), []);
  }
}

/** As whoever fixes it knows it. */
export function violatorOf({ resource, namespace, name, uid }: Identity, resourceVersion: string): Violator {
  const { group, version, kind, resource: plural, namespaced } = resource;
  return {
    resource: { group, version, kind, plural, scope: namespaced ? 'Namespaced' : 'Cluster' },
    ...(namespace !== '' && { namespace }),
    name,
    uid,
    resourceVersion,
  };
}
