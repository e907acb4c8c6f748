import { hash } from 'node:crypto';
import { labels } from '../../../crds/deployment/names.ts';
import { hashOf } from '../../../operator/apply/identity.ts';
import { isRecord } from '../../../operator/resources/json.ts';

/** Of a template as the user wrote it: equal texts are equal templates, whatever the server makes of them. */
export function fingerprintOf(template: object): string {
  const known = fingerprints.get(template);
  if (known !== undefined) return known;
  const fingerprint = hashOf(withoutNulls(template));
  fingerprints.set(template, fingerprint);
  return fingerprint;
}

/** Cached objects never change, and one is looked at many times. */
const fingerprints = new WeakMap<object, string>();

/** Letters and digits without vowels, so that no hash is a word: as `apps/v1` has them. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The name of a new revision, from its template after the server's defaulting: 10 characters. */
export function revisionHash(template: unknown, taken: (hash: string) => boolean): string {
  for (let attempt = 0; ; attempt += 1) {
    const bytes = hash('sha256', `${attempt}:${hashOf(template)}`, 'buffer');
    const name = [...bytes.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('');
    if (!taken(name)) return name;
  }
}

/** Whether two templates are the same but for the label that tells revisions apart. Both are as the server stores them. */
export function sameTemplate(left: unknown, right: unknown): boolean {
  return hashOf(comparable(left)) === hashOf(comparable(right));
}

function comparable(template: unknown): unknown {
  if (!isRecord(template) || !isRecord(template.metadata)) return template;
  const { labels: all, ...metadata } = template.metadata;
  const own = isRecord(all) ? Object.entries(all).filter(([name]) => name !== labels.hash) : [];
  return withoutNulls({ ...template, metadata: { ...metadata, labels: Object.fromEntries(own) } });
}

/** `null` means the same as absence, and so does the creation time that `kubectl` prints of a template. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}
