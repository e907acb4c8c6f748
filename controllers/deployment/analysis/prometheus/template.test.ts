import { describe, expect, it } from 'vitest';
import { fillTemplate, templateProblem } from './template.ts';

const values = { namespace: 'shop', stable: 'checkout-5d9f', canary: 'checkout-7c4b', window: 60_000 };

describe('a query’s placeholders', () => {
  it('become selectors of the revisions’ pods, and a range', () => {
    const template =
      'sum(rate(http_requests_total{ {{canary}}, code=~"5.." }[{{interval}}])) / sum(rate(http_requests_total{{{stable}}}[{{ interval }}]))';
    expect(templateProblem(template)).toBeUndefined();
    expect(fillTemplate(template, values)).toBe(
      'sum(rate(http_requests_total{ namespace="shop",pod=~"checkout-7c4b-[a-z0-9]{5}", code=~"5.." }[60s])) / sum(rate(http_requests_total{namespace="shop",pod=~"checkout-5d9f-[a-z0-9]{5}"}[60s]))',
    );
  });

  it('select pods of a long name as Kubernetes cuts it', () => {
    const filled = fillTemplate('up{ {{canary}} }', { ...values, canary: `a${'b'.repeat(80)}` });
    expect(filled).toContain(`pod=~"a${'b'.repeat(57)}[a-z0-9]{5}"`);
  });

  it('cannot leave their string, whatever a name is', () => {
    const filled = fillTemplate('up{namespace="{{namespace}}"} or up{ {{canary}} }', {
      ...values,
      namespace: 'a"} or vector(0) #\\',
      canary: 'c.d(e"',
    });
    expect(filled).toBe(
      String.raw`up{namespace="a\"} or vector(0) #\\"} or up{ namespace="a\"} or vector(0) #\\",pod=~"c\\.d\\(e\"-[a-z0-9]{5}" }`,
    );
  });

  it.each([
    ['up', undefined],
    ['sum(rate(x{a="b"}[{{interval}}])) by (c)', undefined],
    ['x offset {{interval}}', undefined],
    ['rate(x[{{interval}}:{{interval}}])', undefined],
    ['x{{canary}}', 'inside the braces of a selector'],
    ['x{pod=~"{{canary}}"}', 'inside the braces of a selector'],
    ['{{canary}}', 'inside the braces of a selector'],
    ['x{a="b" {{canary}} }', 'inside the braces of a selector'],
    ['x > {{interval}}', 'belongs inside brackets'],
    ['x{ {{cannary}} }', '{{cannary}} is unknown'],
    ['x{ {{args.name}} }', 'no placeholder'],
    ['x{ {{canary} }', 'no placeholder'],
    ['x{a="{{"}', 'no placeholder'],
  ])('%s: %s', (template, problem) => {
    if (problem === undefined) expect(templateProblem(template)).toBeUndefined();
    else expect(templateProblem(template)).toContain(problem);
  });
});
