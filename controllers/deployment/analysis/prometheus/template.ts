import { escaped, podsOf, seconds } from './promql.ts';

/** What the placeholders of a query stand for. */
export interface TemplateValues {
  readonly namespace: string;
  /** Names of the revisions' ReplicaSets. */
  readonly stable: string;
  readonly canary: string;
  /** Milliseconds. */
  readonly window: number;
}

/**
 * A query with its placeholders filled in:
 *
 * - `{{stable}}` and `{{canary}}` become matchers of that revision's pods, for inside the braces of a selector, as in
 *   `rate(http_requests_total{ {{canary}}, code=~"5.." }[{{interval}}])`;
 * - `{{namespace}}` becomes the namespace's name, for inside a string;
 * - `{{interval}}` becomes a range, for inside brackets.
 *
 * Names are escaped for PromQL. To be called for a template in which `templateProblem` finds nothing.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replace(placeholder, (found, name: string) => {
    switch (name) {
      case 'stable':
      case 'canary':
        return podsOf(values.namespace, values[name]);
      case 'namespace':
        return escaped(values.namespace);
      case 'interval':
        return seconds(values.window);
      default:
        return found;
    }
  });
}

/** What is wrong with a template, for people; undefined where nothing is. Whether it is PromQL, only Prometheus can tell. */
export function templateProblem(template: string): string | undefined {
  const rest = template.replace(placeholder, '');
  if (rest.includes('{{') || rest.includes('}}')) {
    return 'has braces that are no placeholder; inside a selector write { {{canary}} }, with a space';
  }
  for (const { 0: whole, 1: name = '', index } of template.matchAll(placeholder)) {
    const before = template.slice(0, index).trimEnd().at(-1);
    const after = template
      .slice(index + whole.length)
      .trimStart()
      .at(0);
    if (name === 'stable' || name === 'canary') {
      if (!(before === '{' || before === ',') || !(after === '}' || after === ',')) {
        return `${whole} stands for label matchers, and belongs inside the braces of a selector, as in http_requests_total{ ${whole} }`;
      }
    } else if (name === 'interval') {
      if (!(before === '[' || before === ':' || isWord(before))) {
        return `${whole} stands for a range such as 60s, and belongs inside brackets, as in rate(http_requests_total[${whole}])`;
      }
    } else if (name !== 'namespace') {
      return `${whole} is unknown; there are {{stable}}, {{canary}}, {{namespace}} and {{interval}}`;
    }
  }
  return undefined;
}

const placeholder = /\{\{\s*([A-Za-z_]+)\s*\}\}/g;

/** As in `x offset {{interval}}`. */
function isWord(character: string | undefined): boolean {
  return character !== undefined && /[a-z]/i.test(character);
}
