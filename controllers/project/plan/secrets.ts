import { annotations, labels } from '../../../crds/project/names.ts';
import type { Desired } from '../../../operator/client/client.ts';
import type { Secret } from '../../../operator/resources/builtin.ts';
import type { Project } from '../project.ts';
import type { SecretOutline } from '../secretOutline.ts';
import type { Marked } from './marks.ts';

export interface SecretsPlan {
  readonly copies: readonly Desired<SecretOutline>[];
  /** Sources, as `namespace/name`, that are missing or not shared: which of the two is never told apart. */
  readonly unavailable: readonly string[];
}

/**
 * The Secrets of an environment, copied from sources whose owners allow it. A copy is not marked immutable, so that it can
 * follow its source, and never carries the label that would share it on.
 */
export function planSecrets(
  project: Project,
  source: (namespace: string, name: string) => SecretOutline | undefined,
  marked: Marked,
): SecretsPlan {
  const copies: Desired<SecretOutline>[] = [];
  const unavailable: string[] = [];
  for (const { name, from } of project.spec.secrets) {
    const live = source(from.namespace, from.name);
    if (live === undefined || !sharedWith(live, project.metadata.name)) {
      unavailable.push(`${from.namespace}/${from.name}`);
      continue;
    }
    copies.push({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: marked(name),
      content: live.content,
    });
  }
  return { copies, unavailable };
}

/** Whether a Secret's owner lets a Project have a copy: by the label and by the annotation that names the Project. */
export function sharedWith(secret: Secret, projectName: string): boolean {
  if (secret.metadata.labels?.[labels.shared] !== 'true') return false;
  if (secret.metadata.deletionTimestamp !== undefined) return false;
  const names = secret.metadata.annotations?.[annotations.sharedWith] ?? '';
  return names.split(',').some((name) => name.trim() === projectName || name.trim() === '*');
}
