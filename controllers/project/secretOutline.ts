import { createHash } from 'node:crypto';
import { annotations, labels } from '../../crds/project/names.ts';
import { appliedFields } from '../../operator/apply/identity.ts';
import { type Secret, secrets } from '../../operator/resources/builtin.ts';
import type { FieldsV1 } from '../../operator/resources/object.ts';
import type { Resource } from '../../operator/resources/resource.ts';
import { bare } from './bareMetadata.ts';
import { identity } from './plan/marks.ts';

/**
 * A Secret as caches and plans have it: without its type and data, which are in the cluster alone, and with a digest of
 * them. So whoever may share Secrets cannot fill the operator's memory, and a copy is known to be as its source without
 * a read of either. `copyingClient.ts` puts the content back when a copy is written.
 */
export interface SecretOutline extends Secret {
  /** The same for two Secrets if and only if their types and their data are. To be told to nobody: it can be tried out. */
  readonly content?: string;
}

export const secretOutlines: Resource<SecretOutline> = secrets;

/** Of a Secret that is shared: with whom, and the digest. */
export function sourceOutline({ apiVersion, kind, metadata, type, data }: SecretOutline): SecretOutline {
  const { deletionTimestamp } = metadata;
  const shared = metadata.labels?.[labels.shared];
  const sharedWith = metadata.annotations?.[annotations.sharedWith];
  return {
    apiVersion,
    kind,
    metadata: {
      ...bare(metadata),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(shared === undefined ? {} : { labels: { [labels.shared]: shared } }),
      ...(sharedWith === undefined || sharedWith.length > longestSharing
        ? {}
        : { annotations: { [annotations.sharedWith]: sharedWith } }),
    },
    content: contentOf({ type, data }),
  };
}

/** Characters of the annotation that names Projects. A longer one shares with nobody: it is for `*`. */
const longestSharing = 4096;

/** Of a copy: the digest of what is ours in it, which others may have added to. */
export function copyOutline({ apiVersion, kind, metadata, type, data }: SecretOutline): SecretOutline {
  const applied = appliedFields(identity, metadata);
  const { 'f:data': owned = {}, 'f:type': _type, ...fields } = applied?.fieldsV1 ?? {};
  const outlined: FieldsV1 = { ...fields, 'f:content': {} };
  return {
    apiVersion,
    kind,
    metadata:
      metadata.managedFields === undefined
        ? metadata
        : {
            ...metadata,
            managedFields: metadata.managedFields.map((entry) =>
              entry === applied ? { ...entry, fieldsV1: outlined } : entry,
            ),
          },
    content: contentOf({
      type,
      data: Object.fromEntries(
        Object.entries(data ?? {}).filter(([name]) => owned[`f:${name}`] !== undefined),
      ),
    }),
  };
}

/** The digest. */
export function contentOf(secret: {
  readonly type?: string | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
}): string {
  const { type = 'Opaque', data = {} } = secret;
  // Piece by piece: it may be large, and has been in memory often enough. The lengths tell where a piece ends.
  const digest = createHash('sha256').update(`${type.length}:${type}`);
  for (const name of Object.keys(data).sort()) {
    const value = data[name] ?? '';
    digest.update(`${name.length}:${name}${value.length}:`).update(value);
  }
  return digest.digest('base64url').slice(0, 22);
}
