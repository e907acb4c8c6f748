import { annotations, labels } from '../../../crds/project/names.ts';
import {
  type ApplyIdentity,
  ownedMark,
  ownerOf as ownerByIdentity,
} from '../../../operator/apply/identity.ts';
import type { KubernetesObject, ObjectMeta } from '../../../operator/resources/object.ts';
import type { Project } from '../project.ts';
import type { Environment } from './environment.ts';

/** The names under which everything for Projects is written; a mark counts only where this field manager owns it. */
export const identity: ApplyIdentity = {
  fieldManager: 'mainstay',
  ownerLabel: labels.owner,
  desiredAnnotation: annotations.desired,
};

/** The metadata of an object that we make in an environment's namespace: its name and the marks that make it ours. */
export type Marked = (name: string) => ObjectMeta & { readonly namespace: string };

export function markedFor(project: Project, environment: Environment): Marked {
  const marks = marksOf(project, environment.name);
  return (name) => ({ name, namespace: environment.namespace, labels: marks });
}

export function marksOf(project: Project, environment: string): Readonly<Record<string, string>> {
  return {
    [labels.owner]: project.metadata.uid ?? '',
    [labels.project]: project.metadata.name,
    [labels.environment]: environment,
  };
}

/** The UID of the Project that an object was made for; undefined where our field manager does not own the label. */
export function ownerOf(object: KubernetesObject): string | undefined {
  return ownerByIdentity(identity, object);
}

/** The name of the Project that an object was made for, as our field manager wrote it. */
export function projectOf(object: KubernetesObject): string | undefined {
  return ownedMark(identity, object, 'labels', labels.project);
}

/** The environment that an object was made for, as our field manager wrote it. */
export function environmentOf(object: KubernetesObject): string | undefined {
  return ownedMark(identity, object, 'labels', labels.environment);
}

/** The name of the Project that a released namespace is kept for. */
export function retainedFor(object: KubernetesObject): string | undefined {
  return ownedMark(identity, object, 'annotations', annotations.retainedFor);
}
