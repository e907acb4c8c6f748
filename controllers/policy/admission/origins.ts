import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { annotations } from '../../../crds/policy/names.ts';
import type { Enforcement, PolicySpec } from '../../../crds/policy/schema.ts';
import { hashOf, ownedMark } from '../../../operator/apply/identity.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { identity } from '../marks.ts';

/**
 * What a compiled object was made of, written on the object itself. So what is in force can be told, and kept, from the
 * cluster alone: also where its Policy no longer compiles, and by an operator that has just started.
 */
export interface Origin {
  readonly policy: string;
  readonly uid: string;
  /** Of the Policy. */
  readonly generation: number;
  readonly enforcement: Enforcement;
  readonly proven: boolean;
  /** Only what requests are judged by; undefined where it was too large to be kept. */
  readonly spec: PolicySpec | undefined;
}

/** What of a spec requests are judged by, without what only people read. */
function judging(spec: PolicySpec): PolicySpec {
  const { title: _, description: __, controls: ___, promotion: ____, request: _____, ...rest } = spec;
  return rest;
}

/** Equal for specs by which requests are judged alike. */
export function digestOf(spec: PolicySpec): string {
  const known = digests.get(spec);
  if (known !== undefined) return known;
  const digest = hashOf(judging(spec));
  digests.set(spec, digest);
  return digest;
}

const digests = new WeakMap<PolicySpec, string>();

/** Characters: an object may have annotations of 262,144 bytes, and has others besides. */
const longest = 200_000;

/** As the annotation's value. Where all is too long, the longest specs are left out. */
export function writeOrigins(origins: readonly Origin[]): string {
  const written = origins.map(({ spec, ...origin }) => ({
    ...origin,
    spec: spec === undefined ? undefined : packed(spec),
  }));
  let length = JSON.stringify(written).length;
  for (const one of written.toSorted((a, b) => (b.spec?.length ?? 0) - (a.spec?.length ?? 0))) {
    if (length <= longest) break;
    length -= one.spec?.length ?? 0;
    one.spec = undefined;
  }
  return JSON.stringify(written);
}

/** As our field manager wrote them on a live object; none where somebody else did, or where they cannot be read. */
export function readOrigins(object: KubernetesObject): readonly Origin[] {
  const known = read.get(object);
  if (known !== undefined) return known;
  const origins = parsed(object);
  read.set(object, origins);
  return origins;
}

/** Cached objects never change, so each is read once, and its specs stay the same objects. */
const read = new WeakMap<KubernetesObject, readonly Origin[]>();

function parsed(object: KubernetesObject): readonly Origin[] {
  const text = ownedMark(identity, object, 'annotations', annotations.origins);
  if (text === undefined) return [];
  try {
    const written: readonly (Omit<Origin, 'spec'> & { readonly spec?: string })[] = JSON.parse(text);
    return written.map(({ spec, ...origin }) => ({
      ...origin,
      spec: spec === undefined ? undefined : unpacked(spec),
    }));
  } catch {
    return [];
  }
}

function packed(spec: PolicySpec): string {
  const known = packs.get(spec);
  if (known !== undefined) return known;
  const pack = deflateRawSync(JSON.stringify(judging(spec))).toString('base64');
  packs.set(spec, pack);
  return pack;
}

const packs = new WeakMap<PolicySpec, string>();

function unpacked(pack: string): PolicySpec {
  return JSON.parse(inflateRawSync(Buffer.from(pack, 'base64')).toString());
}
