import { labels } from '../../../crds/project/names.ts';
import type { ObjectMeta } from '../../../operator/resources/object.ts';
import type { Project } from '../project.ts';
import type { Environment } from './environment.ts';

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
