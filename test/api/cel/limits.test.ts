import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admissionVariables, compile, type Evaluation, fromJson } from '../../../operator/cel/index.ts';
import { until } from '../../eventually.ts';
import { done } from '../admission/installed.ts';
import { type Api, type Manifest, openApi, type Person } from '../admission/people.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { allInForce, install, refusals, verdicts } from './server.ts';
import { specimenDefinition } from './specimens.ts';

const declarations = admissionVariables();
const specimen: Manifest = {
  apiVersion: 'cel.test/v1',
  kind: 'Specimen',
  metadata: { name: 'large' },
  spec: {
    text: `${'abc '.repeat(100)}c`,
    words: ['web', 'app', 'größe'],
    labels: { app: 'web' },
    counts: [1, 2, 3],
  },
};

let api: Api;
let admin: Person;

beforeAll(async () => {
  api = await openApi(sharedKubeconfig());
  admin = api.as('admin', 'system:masters');
  await done(admin.apply(specimenDefinition));
  await until('specimens are served', async () => (await admin.create(specimen, '?dryRun=All')).status < 300);
});
afterAll(async () => {
  await admin.remove(specimenDefinition);
  await api[Symbol.asyncDispose]();
});

/** What is done a few times over, with `x` counting. */
const shapes: readonly string[] = [
  'x >= 0',
  'x < 0 ? false : object.spec.counts[x] > 0',
  "object.spec.text.startsWith('abc') && !object.spec.text.endsWith('x')",
  "object.spec.text.contains('bc a')",
  "object.spec.text.matches('(a|b)*c$') || matches(object.spec.text, object.spec.words[0])",
  "string(x).size() > 0 && object.spec.words.exists(w, w == 'größe')",
  "'app' in object.spec.words && 'app' in object.spec.labels",
  "x in [-1, -2] || object.spec.labels['app'] == 'web'",
  "has(object.spec.labels.app) && object.?spec.?labels.?app.orValue('') != ''",
  '(x > 0 ? object.spec.labels : object.spec.labels).app == "web"',
  'object.spec.words.map(w, w.upperAscii()).join(",").split(",").size() == 3',
  'object.spec.words.filter(w, w.find("[a-z]+") != "").sort().isSorted()',
  'object.spec.words[x].findAll("[a-z]").size() >= 0 && object.spec.text.replace("a", "b").trim() != ""',
  'object.spec.counts.sum() + object.spec.counts.max() == 9 && object.spec.words.indexOf("app") == 1',
  'sets.contains(object.spec.counts, [1, 2]) && sets.equivalent(object.spec.counts, [1, 2, 3])',
  "quantity('1Gi').add(1).isGreaterThan(quantity('1Mi')) && quantity('1') == quantity('1000m')",
  "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsCIDR(cidr('11.0.0.0/16'))",
  "ip('10.0.0.1').family() == 4 && ip('::1') != ip('10.0.0.1') && cidr('::/0').ip().isUnspecified()",
  "url('https://example.com/a').getHost().endsWith('com') && url('/a') == url('/a')",
  "!format.dns1123Label().validate('web').hasValue() && isQuantity('1')",
  "semver('1.2.3') == semver('1.2.3') && semver('1.2.3').major() == 1",
  "duration('1h') + duration('1m') > duration('1h') && timestamp('2024-01-01T00:00:00Z').getHours() == 0",
  "'%s-%d'.format(['a', x]) != '' && [x, 1] != [] && {'a': x}.size() == 1",
  'object.spec.labels.all(k, v, k + v != "") && optional.of(x).optMap(y, y + 1).hasValue()',
  'object.spec.labels.transformMap(k, v, v).size() == 1 && object.spec.words.exists_one(w, w == "web")',
  '[3, 1, 2].sortBy(y, -y).reverse().slice(0, 1) == [1] && [[1], [2]].flatten().distinct().size() == 2',
  'type(x) == int && dyn(x) + 1 > 0 && bytes("a") < b"b" && "a" < object.spec.words[0]',
  '(object.spec.missing || x >= 0) && [?optional.of(x), ?optional.none()].size() == 1',
];

/** As much as is wanted is spent first, at one unit for each number, and then three rounds of a shape. */
const spending = (shape: string, count: number) =>
  `size(lists.range(${count})) >= 0 && lists.range(3).all(x, ${shape})`;

function evaluate(expression: string): Evaluation {
  const compiled = compile(expression, declarations);
  if (!compiled.ok) throw new Error(`${expression}: ${compiled.errors[0]?.message}`);
  return compiled.program.evaluate({ object: fromJson(specimen) });
}

/** How much may be spent before a shape, so that all of it costs the very last unit. */
const affordable = (shape: string) => 1_000_000 - evaluate(spending(shape, 0)).cost;

describe('what the API server finds too expensive', () => {
  it('is given up here at the very same unit', { timeout: 600_000 }, async () => {
    const expressions = shapes.flatMap((shape) => [
      spending(shape, affordable(shape)),
      spending(shape, affordable(shape) + 1),
    ]);
    const ours = expressions.map((expression) => told(evaluate(expression)));
    expect(ours).toEqual(shapes.flatMap(() => ['true', 'error']));
    // All of a binding may cost ten times what one expression may.
    const batches = Array.from({ length: Math.ceil(expressions.length / 8) }, (_, index) =>
      expressions.slice(8 * index, 8 * index + 8),
    );
    await using installed = new AsyncDisposableStack();
    for (const [index, batch] of batches.entries())
      installed.use(await install(admin, `limits-${index}`, batch));
    await allInForce(admin, specimen);
    const theirs: string[] = [];
    for (const [index, batch] of batches.entries()) {
      theirs.push(...(await verdicts(admin, `limits-${index}`, specimen, batch.length)).verdicts);
    }
    const named = (verdicts: readonly string[]) =>
      verdicts.map((verdict, index) => `${expressions[index]}: ${verdict}`);
    expect(named(theirs)).toEqual(named(ours));
  });

  it('is refused to be compiled by both when it is too long or nested too deep', async () => {
    const sum = (terms: number) => `${Array.from({ length: terms }, () => '1').join(' + ')} == 1`;
    const nested = (depth: number) => `${'('.repeat(depth)}true${')'.repeat(depth)}`;
    const fields = (depth: number) => `object${'.a'.repeat(depth)} == 1`;
    const nots = (depth: number) => `${'!('.repeat(depth)}true${')'.repeat(depth)}`;
    const lists = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)} == []`;
    const expressions = [sum, nested, fields, nots, lists].flatMap((make) => [
      make(60),
      make(200),
      make(300),
    ]);
    expressions.push(`'${'a'.repeat(99_000)}' == ''`, `'${'a'.repeat(100_001)}' == ''`);
    const theirs = await refusals(admin, expressions);
    const ours = expressions.map((expression) => compile(expression, declarations).ok);
    expect(ours).toEqual(expressions.map((_, index) => !theirs.has(index)));
  });
});

const told = (evaluation: Evaluation) => (evaluation.ok ? String(evaluation.value) : 'error');
