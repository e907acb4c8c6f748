import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pod, policy, Workplace } from './workplace.ts';

const place = { file: 'all.yaml', line: 29, column: 9 };

function workplace(): Workplace {
  const excepting = policy(
    `  description: "Why & <how>"\n  controls: [{ framework: CIS, id: "5.2" }]\n  exceptions:\n    - { name: legacy, match: { names: [old] }, reason: "migrating & more" }\n`,
  );
  return new Workplace({
    'all.yaml': `${excepting}---\n${pod(true)}---\n${pod(false, 'good')}---\n${pod(true, 'old')}---\na: b\n`,
  });
}

describe('JSON', () => {
  it('has every verdict with its place, and what was not judged', () => {
    using work = workplace();
    const { text, exitCode } = work.check('--output', 'json', 'all.yaml');
    expect(JSON.parse(text)).toMatchObject({
      exitCode: 2,
      objects: 3,
      policies: [{ name: 'unprivileged', title: 'Nothing is privileged', enforcement: 'Deny' }],
      results: [
        {
          policy: 'unprivileged',
          rule: 'containers',
          severity: 'high',
          result: 'fail',
          counts: true,
          object: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' },
          place,
          message: 'a container is privileged: <leave> it out',
        },
        { result: 'pass', object: { name: 'good' } },
        { result: 'skip', counts: false, exception: { name: 'legacy', reason: 'migrating & more' } },
      ],
      notJudged: [
        {
          place: { file: 'all.yaml', line: 57, column: 1 },
          message: expect.stringContaining('no apiVersion'),
        },
      ],
      notes: [],
    });
    expect(exitCode).toBe(2);
  });
});

describe('the template of what Helm made', () => {
  const rendered = (text: string) => `---\n# Source: shop/templates/web.yaml\n${text}`;

  it.each([
    ['text', 'all.yaml:14:9: error: shop/templates/web.yaml: Pod default/web: a container is privileged'],
    ['json', '"template": "shop/templates/web.yaml"'],
    ['sarif', '"text": "shop/templates/web.yaml: Pod default/web: a container is privileged'],
    ['junit', '<failure message="shop/templates/web.yaml: a container is privileged'],
  ])('is told in %s', (format, said) => {
    using work = new Workplace({ 'policy.yaml': policy(), 'all.yaml': rendered(pod(true)) });
    expect(work.check('--policies', 'policy.yaml', '--output', format, 'all.yaml').text).toContain(said);
  });

  it('is told of what is not judged', () => {
    using work = new Workplace({ 'all.yaml': rendered('kind: Pod\n'), 'broken.yaml': rendered('a: b: c\n') });
    const { text } = work.check('all.yaml', 'broken.yaml');
    expect(text).toContain('all.yaml:3:1: not judged: shop/templates/web.yaml: is no object');
    expect(text).toMatch(/^broken.yaml:3:\d+: not judged: shop\/templates\/web.yaml: Nested mappings/m);
  });

  it('is not said again of a file that is called like it, as helm template --output-dir calls them', () => {
    const file = 'out/shop/templates/web.yaml';
    using work = new Workplace({ 'policy.yaml': policy(), [file]: rendered(pod(true)) });
    expect(work.check('--policies', 'policy.yaml', file).text).toContain(
      `${file}:14:9: error: Pod default/web`,
    );
  });
});

/** Of SARIF 2.1.0 what it requires, and what code scanning reads and takes. Objects have no fields but these. */
const text = z.strictObject({ text: z.string().min(1), markdown: z.string().min(1).optional() });
const short = z.strictObject({ text: z.string().min(1).max(1024) });
const level = z.enum(['none', 'note', 'warning', 'error']);
const location = z.strictObject({
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({
      uri: z.string().regex(/^(?:[\w.~!$&'()*+,;=@/-]|%[0-9A-F]{2}|(?<=^file):)+$/),
    }),
    region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
  }),
  logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.string() })).optional(),
});
const sarifLog = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string().min(1),
              shortDescription: short,
              fullDescription: short,
              help: text,
              defaultConfiguration: z.strictObject({ level }),
              properties: z.strictObject({
                'security-severity': z.string().regex(/^(?:\d\.\d|10\.0)$/),
                // Code scanning takes the severity of what is about security only, and no more tags.
                tags: z
                  .array(z.string())
                  .max(20)
                  .refine((tags) => tags.includes('security')),
              }),
            }),
          ),
        }),
      }),
      columnKind: z.literal('utf16CodeUnits'),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          exitCode: z.int(),
          toolExecutionNotifications: z.array(
            z.strictObject({ level, message: text, locations: z.array(location) }),
          ),
        }),
      ]),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level,
          message: text,
          locations: z.tuple([location]),
          partialFingerprints: z.record(z.string().min(1), z.string().min(1)),
          suppressions: z
            .array(z.strictObject({ kind: z.enum(['inSource', 'external']), justification: z.string() }))
            .optional(),
        }),
      ),
    }),
  ]),
});

function sarifOf(work: Workplace, ...args: readonly string[]) {
  return sarifLog.parse(JSON.parse(work.check('--output', 'sarif', ...args).text)).runs[0];
}

describe('SARIF', () => {
  it('has each rule once, and of each result the index of its rule', () => {
    using work = new Workplace({ 'pod.yaml': pod(true), 'bad.yaml': 'a: b\n' });
    const packs = ['restricted', 'best-practices', 'supply-chain'].map((pack) => `--pack=${pack}`);
    const { tool, results, invocations } = sarifOf(work, ...packs, 'pod.yaml', 'bad.yaml');
    const ids = tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(results.length).toBeGreaterThan(10);
    for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId);
    const fingerprints = results.map(({ partialFingerprints }) => Object.values(partialFingerprints).join());
    expect(new Set(fingerprints).size).toBe(results.length);
    expect(invocations[0].exitCode).toBe(2);
  });

  it('has what a rule could not tell among what the tool says of itself', () => {
    const broken = policy().replace(/expression: .*/, 'expression: "podSpec.nothing == 1"');
    using work = new Workplace({ 'all.yaml': `${broken}---\n${pod(false)}` });
    const { results, invocations } = sarifOf(work, 'all.yaml');
    expect(results).toEqual([]);
    expect(invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        {
          level: 'error',
          message: { text: expect.stringContaining('unprivileged/containers: no such key: nothing') },
        },
      ],
    });
  });

  it('is short where code scanning takes no more, and whole in the help', () => {
    const controls = Array.from({ length: 30 }, (_, index) => `{ framework: CIS, id: "${index}" }`).join(
      ', ',
    );
    const long = 'why '.repeat(400).trim();
    using work = new Workplace({
      'all.yaml': `${policy(`  description: ${long}\n  controls: [${controls}]\n`)}---\n${pod(true)}`,
    });
    expect(sarifOf(work, 'all.yaml').tool.driver.rules[0]?.help.text).toContain(`${long}\n\nChecks CIS 0, `);
  });

  it('has its rules with help, and each violation with its place and rule', () => {
    using work = workplace();
    const { tool, results, invocations } = sarifOf(work, 'all.yaml');
    expect(tool.driver.rules).toMatchObject([
      {
        id: 'unprivileged/containers',
        help: { text: 'Why & <how>\n\nChecks CIS 5.2.' },
        defaultConfiguration: { level: 'error' },
        properties: { 'security-severity': '8.0', tags: ['security', 'kubernetes', 'CIS 5.2'] },
      },
    ]);
    expect(results).toMatchObject([
      {
        ruleId: 'unprivileged/containers',
        ruleIndex: 0,
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: expect.stringMatching(/all\.yaml$/) },
              region: { startLine: 29, startColumn: 9 },
            },
          },
        ],
      },
      { level: 'error', suppressions: [{ kind: 'external', justification: 'legacy: migrating & more' }] },
    ]);
    expect(invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'error' }],
    });
  });

  it('names files as URIs, relative to where it runs', () => {
    using work = new Workplace({ 'with space.yaml': `${policy()}---\n${pod(true)}` });
    const [result] = sarifOf(work, 'with space.yaml').results;
    expect(result?.locations[0].physicalLocation.artifactLocation.uri).toMatch(/with%20space\.yaml$/);
  });
});

describe('JUnit', () => {
  it('is a suite a file and a test a rule and object, as CI servers count them', () => {
    using work = workplace();
    const { text: xml } = work.check('--output', 'junit', 'all.yaml');
    const counts = { tests: '4', failures: '1', errors: '1', skipped: '1', time: '0' };
    expect(elements(xml)).toEqual([
      ['testsuites', { name: 'mainstay check', ...counts }],
      ['testsuite', { name: 'all.yaml', ...counts }],
      ['testcase', { name: 'is judged', classname: 'all.yaml', file: 'all.yaml', line: '57', time: '0' }],
      ['error', { message: expect.stringContaining('no apiVersion'), type: 'error' }],
      [
        'testcase',
        {
          name: 'unprivileged/containers',
          classname: 'Pod default/web',
          file: 'all.yaml',
          line: '29',
          time: '0',
        },
      ],
      ['failure', { message: 'a container is privileged: <leave> it out', type: 'high' }],
      ['testcase', expect.objectContaining({ classname: 'Pod default/good' })],
      ['testcase', expect.objectContaining({ classname: 'Pod default/old' })],
      ['skipped', { message: expect.stringContaining('exception legacy: migrating & more') }],
    ]);
  });

  it('has counts that are those of its parts, with packs and files of all sorts', () => {
    using work = new Workplace({
      'good.yaml': pod(false, 'a'),
      'bad.yaml': pod(true, 'b'),
      'broken.yaml': 'a: [',
      'empty.yaml': '',
    });
    const { text: xml } = work.check('--output=junit', 'good.yaml', 'bad.yaml', 'broken.yaml', 'empty.yaml');
    const found = elements(xml);
    const number = (name: string) => found.filter(([one]) => one === name).length;
    const suites = found.filter(([name]) => name === 'testsuite').map(([, attributes]) => attributes);
    const sum = (field: string) => suites.reduce((total, suite) => total + Number(suite[field]), 0);
    const [, totals] = found[0] ?? [];
    for (const [field, name] of [
      ['tests', 'testcase'],
      ['failures', 'failure'],
      ['errors', 'error'],
      ['skipped', 'skipped'],
    ] as const) {
      expect(sum(field), field).toBe(number(name));
      expect(Number(totals?.[field]), field).toBe(number(name));
    }
    expect(suites.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['good.yaml', 'bad.yaml', 'broken.yaml', 'empty.yaml']),
    );
    // Readers tell cases apart by these two.
    const cases = found
      .filter(([name]) => name === 'testcase')
      .map(([, one]) => `${one.classname} ${one.name}`);
    expect(new Set(cases).size).toBe(cases.length);
  });

  it('is XML whatever a message holds', () => {
    const message = 'a "quote", <tag> & \\u0007 bell';
    using work = new Workplace({
      'all.yaml': `${policy().replace(/message: .*/, `message: ${JSON.stringify(message).replace('\\\\u', '\\u')}`)}---\n${pod(true)}`,
    });
    const { text: xml } = work.check('--output', 'junit', 'all.yaml');
    expect(xml).not.toContain('\u0007');
    expect(elements(xml).find(([name]) => name === 'failure')?.[1]).toMatchObject({
      message: 'a "quote", <tag> & \ufffd bell',
    });
  });
});

/** The elements of well-formed XML, in order, with their attributes. */
function elements(xml: string): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  const open: string[] = [];
  const found: (readonly [string, Readonly<Record<string, string>>])[] = [];
  const body = xml.replace(/^<\?xml [^<>]*\?>/, '');
  let at = 0;
  for (const { 0: tag, 1: end, 2: name = '', 3: attributes = '', 4: empty, index } of body.matchAll(
    /<(\/?)([a-z-]+)((?: [a-z]+="[^"<>]*")*)(\/?)>/g,
  )) {
    expect(body.slice(at, index)).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#10);)/);
    at = index + tag.length;
    if (end === '/') expect(open.pop()).toBe(name);
    else found.push([name, attributesOf(attributes)]);
    if (end === '' && empty === '') open.push(name);
  }
  expect(body.slice(at).trim()).toBe('');
  expect(open).toEqual([]);
  return found;
}

function attributesOf(written: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...written.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescaped(value),
    ]),
  );
}

function unescaped(value: string): string {
  return value
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#10;', '\n')
    .replaceAll('&amp;', '&');
}
