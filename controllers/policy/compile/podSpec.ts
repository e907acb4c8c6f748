/** How a rule of a Policy for workloads reads the pod, whatever makes it. */

/** @param object the name of the object, `object` or `oldObject` */
export function podSpecOf(object: string): string {
  return byKind((path) => [object, ...path].join('.'), object);
}

/** Where the pod stands in the object, for a patch: `/spec/template/spec`. */
export const podSpecPath = byKind((path) => `'/${path.join('/')}'`, 'object');

function byKind(say: (path: readonly string[]) => string, object: string): string {
  return [
    `${object}.kind == 'Pod' ? ${say(['spec'])}`,
    `${object}.kind == 'CronJob' ? ${say(['spec', 'jobTemplate', 'spec', 'template', 'spec'])}`,
    say(['spec', 'template', 'spec']),
  ].join(' : ');
}
