import { group } from '../../../crds/group.ts';
import { notServed } from './served.ts';

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

/**
 * The pod as it was written.
 *
 * @param object the name of the object, `object` or `oldObject`
 */
export function podSpecOf(object: string): string {
  return byKind((path) => [object, ...path].join('.'), object);
}

/** Where the pod stands in the object, for a patch: `/spec/template/spec`. */
export const podSpecPath = byKind((path) => `'/${path.join('/')}'`, 'object');

/**
 * The pod without its nulls. A Deployment of ours keeps what was written as null, of which all other kinds keep nothing: a
 * rule that reads a pod rightly would come to an error where the Deployment is read that makes it.
 *
 * Only for servers that can (`canDropNulls`).
 */
export function podSpecWithoutNulls(object: string): string {
  const pod = [object, ...template].join('.');
  return [
    '// A Deployment of Mainstay keeps nulls, which other kinds do not: it is read without them.',
    `${mayHoldNulls(object)}`,
    `? ${pod}.transformMap(k, v, v != null, ${valueWithoutNulls('v', nestedNulls)})`,
    `: ${podSpecOf(object)}`,
  ].join('\n');
}

/**
 * Whether the pod is one that may hold nulls: of a Deployment of ours whose text has the word. Leaving them out costs some
 * units for each character, so of a text that is longer than any that people write they are not.
 */
export function mayHoldNulls(object: string): string {
  const text = `'%s'.format([${[object, ...template].join('.')}])`;
  const may = `size(text) < ${longestWithNulls} && text.contains('null')`;
  return `${object}.apiVersion.startsWith('${group}/') && [${text}].exists(text, ${may})`;
}

/** Whether a server of this minor version takes what leaves nulls out. */
export function canDropNulls(minor: number): boolean {
  return notServed(['transformList', 'transformMap'], minor).length === 0;
}

/**
 * In characters. However dense the text is, what it costs stays below what an expression may, and twice that of the new and of
 * the old pod below what groups leave free. The time that the API server takes grows with the square of the items: 7,000 took
 * it ten seconds.
 */
export const longestWithNulls = 10_000;

/** How many steps below a field of the pod a null may stand: at `volumes[0].projected.sources[0].secret.items[0].mode` 8. */
export const nestedNulls = 9;

/** As the value of a map or an item of a list, where it stands. There is no recursion in CEL, so each step is written out. */
function valueWithoutNulls(value: string, steps: number): string {
  if (steps === 0) return value;
  const part = `v${steps}`;
  // Of a list, by its indices.
  const parts = `${value}.transformMap(k, ${part}, ${part} != null, ${valueWithoutNulls(part, steps - 1)})`;
  const whole = `type(${value}) == map ? dyn(m) : ${value}.transformList(k, _, k in m, m[k])`;
  return `(type(${value}) == map || type(${value}) == list ? [${parts}].map(m, ${whole})[0] : ${value})`;
}

function byKind(say: (path: readonly string[]) => string, object: string): string {
  return [
    ...Object.entries(paths).map(([kind, path]) => `${object}.kind == '${kind}' ? ${say(path)}`),
    say(template),
  ].join(' : ');
}
