import { dirname, join } from 'node:path';
import { defaulted } from '../controllers/policy/defaulting/index.ts';
import { type Document, documentsOf, type Steps } from './documents.ts';
import { Kinds } from './kinds.ts';
import { isObject, type JsonObject, manifestsOf, metadataOf } from './manifests.ts';
import { type Judging, policiesOf } from './policies.ts';
import { exitCodes, type Problem } from './report.ts';
import { filesIn, isCases, readSources } from './sources.ts';

/**
 * Runs the cases that stand beside Policies, and tells each that comes out otherwise.
 *
 * @param now milliseconds since 1970
 */
export function testCases(
  paths: readonly string[],
  now: number,
): { readonly text: string; readonly exitCode: number } {
  const told: Told[] = [];
  let cases = 0;
  for (const path of paths) {
    const files = filesIn(path, isCases);
    if (files.length === 0)
      told.push({ problem: at(path, 'there are no cases in it (*.cases.yaml)'), bad: true });
    for (const { file } of files) {
      const tested = testFile(file, now);
      told.push(...tested.told);
      cases += tested.cases;
    }
  }
  const lines = told.map(({ problem: { place, message } }) => `${place.file}:${place.line}: ${message}`);
  const isBad = told.some(({ bad }) => bad);
  const summary = `${cases} cases: ${told.length === 0 ? 'all as expected' : `${told.length} not as expected`}`;
  return {
    text: [...lines, summary, ''].join('\n'),
    exitCode: isBad ? exitCodes.unjudged : told.length > 0 ? exitCodes.violated : exitCodes.clean,
  };
}

interface Told {
  readonly problem: Problem;
  /** Whether the case cannot be run at all. */
  readonly bad: boolean;
}

function testFile(file: string, now: number): { readonly cases: number; readonly told: readonly Told[] } {
  const read = readSources([file]);
  const broken = (problems: readonly Problem[]) => ({
    cases: 0,
    told: problems.map((problem) => ({ problem, bad: true })),
  });
  const [source] = read.sources;
  if (source === undefined) return broken(read.problems);
  const { documents, problems } = documentsOf(source);
  const [document] = documents;
  if (problems.length > 0 || document === undefined)
    return broken(problems.length > 0 ? problems : [at(file, 'there is nothing in it')]);
  const { value } = document;
  if (!isObject(value) || typeof value.policy !== 'string' || !Array.isArray(value.cases)) {
    return broken([
      { place: document.place([]), message: 'cases have a policy (a file) and a list of cases' },
    ]);
  }
  const policy = policyOf(join(dirname(file), value.policy), now);
  if (policy.judging === undefined) return broken(policy.problems);
  const { judging } = policy;
  const told = value.cases.flatMap((one: unknown, index) =>
    testCase(one, ['cases', index], document, judging, now),
  );
  return { cases: value.cases.length, told };
}

function policyOf(
  file: string,
  now: number,
): { readonly judging: Judging | undefined; readonly problems: readonly Problem[] } {
  const read = readSources([file]);
  const { manifests, problems } = manifestsOf(read.sources);
  const kinds = new Kinds(manifests);
  const policies = policiesOf(manifests, kinds, now);
  const all = [...read.problems, ...problems, ...policies.problems];
  const [judging, another] = policies.policies;
  const one = another === undefined ? judging : undefined;
  return {
    judging: all.length > 0 ? undefined : one,
    problems: all.length > 0 || one !== undefined ? all : [at(file, 'there must be one Policy in it')],
  };
}

/** Those that need no definition. */
const knownKinds = new Kinds([]);

const notMatched = 'notMatched';
const results = ['pass', 'fail', 'error', 'skip'];

function testCase(
  given: unknown,
  steps: Steps,
  document: Document,
  judging: Judging,
  now: number,
): readonly Told[] {
  const told = (message: string, bad: boolean, ...below: Steps): readonly Told[] => [
    { problem: { place: document.place([...steps, ...below]), message }, bad },
  ];
  if (!isObject(given) || !isObject(given.object) || typeof given.name !== 'string') {
    return told('a case has a name, an object and what to expect', true);
  }
  const { name, object, namespace, expect } = given;
  const outcome = outcomeOf(object, isObject(namespace) ? namespace : undefined, judging, now);
  if (typeof outcome === 'string') return told(`${name}: ${outcome}`, true, 'object');
  const expected = expectedOf(expect, judging, outcome);
  if (typeof expected === 'string') return told(`${name}: ${expected}`, true, 'expect');
  return [...new Set([...expected.keys(), ...outcome.keys()])].flatMap((rule) => {
    const { result, message } = outcome.get(rule) ?? { result: notMatched, message: '' };
    const wanted = expected.get(rule) ?? notMatched;
    if (wanted === result) return [];
    return told(
      `${name}: ${rule}: expected ${wanted}, got ${result}${message === '' ? '' : `: ${message}`}`,
      false,
      'expect',
    );
  });
}

/** By rule; of nothing that is matched, none. */
type Outcome = ReadonlyMap<string, { readonly result: string; readonly message: string }>;

function outcomeOf(
  object: JsonObject,
  namespace: JsonObject | undefined,
  { judge }: Judging,
  now: number,
): Outcome | string {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    return 'the object has no apiVersion and kind';
  const { resource, custom } = knownKinds.of({ apiVersion, kind, object });
  const within = namespace === undefined ? 'default' : String(metadataOf(namespace).name);
  const placed = {
    ...object,
    metadata: { ...(resource.namespaced ? { namespace: within } : {}), ...metadataOf(object) },
  };
  const { object: filled, problems } = defaulted(placed, custom);
  const refused = problems.find(({ weight }) => weight === 'Refused');
  if (refused !== undefined)
    return `no API server takes the object: ${refused.place.join('.')} ${refused.message}`;
  const verdicts = judge.judge({ object: filled, resource, namespaceObject: namespace }, now) ?? [];
  return new Map(
    verdicts.map((verdict) => [
      verdict.rule,
      { result: verdict.result, message: verdict.result === 'pass' ? '' : verdict.message },
    ]),
  );
}

function expectedOf(
  expect: unknown,
  { facts }: Judging,
  outcome: Outcome,
): ReadonlyMap<string, string> | string {
  if (expect === notMatched) return new Map();
  if (typeof expect === 'string' && results.includes(expect)) {
    // A rule that has no verdict without a request is not expected to have one.
    const rules = outcome.size > 0 ? [...outcome.keys()] : facts.rules;
    return new Map(rules.map((rule) => [rule, expect]));
  }
  if (!isObject(expect))
    return `expect is one of ${[...results, notMatched].join(', ')}, or a map of rules to these`;
  const wrong = Object.entries(expect).find(
    ([rule, result]) => !facts.rules.includes(rule) || !results.includes(String(result)),
  );
  if (wrong !== undefined)
    return `${wrong[0]}: ${String(wrong[1])}: there is no such rule, or no such result`;
  return new Map(Object.entries(expect).map(([rule, result]) => [rule, String(result)]));
}

function at(file: string, message: string): Problem {
  return { place: { file, line: 1, column: 1 }, message };
}
