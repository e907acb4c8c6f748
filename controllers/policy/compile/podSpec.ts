/** How a rule of a Policy for workloads reads the pod, whatever makes it. */

const paths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const template = ['spec', 'template', 'spec'];

/** Where the pod stands in an object of this kind. */
export function podPath(kind: string): readonly string[] {
  return paths[kind] ?? template;
}

/** @param object the name of the object, `object` or `oldObject` */
export function podSpecOf(object: string): string {
  return byKind((path) => [object, ...path].join('.'), object);
}

/** Where the pod stands in the object, for a patch: `/spec/template/spec`. */
export const podSpecPath = byKind((path) => `'/${path.join('/')}'`, 'object');

function byKind(say: (path: readonly string[]) => string, object: string): string {
  return [
    ...Object.entries(paths).map(([kind, path]) => `${object}.kind == '${kind}' ? ${say(path)}`),
    say(template),
  ].join(' : ');
}
