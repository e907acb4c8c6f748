import type { CheckCommand } from './commandLine.ts';
import { frameworkCalled, policiesFor, standingOf } from './frameworks.ts';
import { Court } from './judging.ts';
import { Kinds } from './kinds.ts';
import { type Manifest, manifestsOf, metadataOf } from './manifests.ts';
import { missingNamespaces } from './namespaces.ts';
import { json } from './output/json.ts';
import { junit } from './output/junit.ts';
import { sarif } from './output/sarif.ts';
import { text } from './output/text.ts';
import { isPolicy, packPaths, policiesOf } from './policies.ts';
import { exitCodeOf, type Problem, type Report } from './report.ts';
import { readSources } from './sources.ts';

/**
 * Judges what the command names.
 *
 * @param now milliseconds since 1970
 */
export function check(
  command: CheckCommand,
  now: number,
): { readonly text: string; readonly exitCode: number } {
  const report = reportOf(command, now);
  const formats = { text, json, sarif, junit };
  return { text: formats[command.output](report), exitCode: exitCodeOf(report) };
}

function reportOf(command: CheckCommand, now: number): Report {
  const given = readSources(command.paths, command.exclude);
  const judged = manifestsOf(given.sources);
  const framework = command.framework === undefined ? undefined : frameworkCalled(command.framework);
  const lawful = readSources([
    ...command.policies,
    ...packsFor(command, judged.manifests.some(isPolicy)).flatMap(packPaths),
    ...(framework === undefined ? [] : policiesFor(framework)),
  ]);
  const laws = manifestsOf(lawful.sources);
  const around = distinct([...judged.manifests, ...laws.manifests], [...command.paths, ...command.policies]);
  const kinds = new Kinds(around);
  const { policies, problems, notes } = policiesOf(around, kinds, now);
  const facts = policies.map((policy) => policy.facts);
  const court = new Court(policies, kinds, around, { namespace: command.namespace, now });
  const each = judged.manifests.filter((manifest) => !isPolicy(manifest)).map((one) => court.judge(one));
  const results = each.flatMap((one) => one.results);
  return {
    policies: facts,
    manifests: each.length,
    results,
    problems: [
      ...[given, judged, lawful, laws].flatMap((read) => read.problems),
      ...lawless(command.policies, laws.manifests),
      ...problems,
      ...each.flatMap((one) => one.problems),
      ...missingNamespaces(each.flatMap(({ missing }) => missing)),
    ],
    notes: [...notes, ...each.flatMap((one) => one.notes)],
    failOn: command.failOn,
    framework: framework === undefined ? undefined : standingOf(framework, facts, results),
  };
}

function packsFor({ packs, policies, framework }: CheckCommand, hasPolicies: boolean): readonly string[] {
  const isGiven = packs.length > 0 || policies.length > 0 || framework !== undefined || hasPolicies;
  return isGiven ? packs : ['restricted'];
}

/** Where Policies were said to be, and are none: to judge by nothing would let everything pass. */
function lawless(paths: readonly string[], laws: readonly Manifest[]): readonly Problem[] {
  return paths.flatMap((path) => {
    const found = laws.filter(({ document }) => document.source.given === path);
    if (found.length === 0 || found.some(isPolicy)) return [];
    return [{ place: { file: path, line: 1, column: 1 }, message: 'there is no Policy in it' }];
  });
}

/**
 * A Policy that was read twice is one Policy, and one of a pack gives way to what is given under its name: that is the pack's,
 * made one's own.
 */
function distinct(manifests: readonly Manifest[], given: readonly string[]): readonly Manifest[] {
  const isGiven = ({ document }: Manifest) => given.includes(document.source.given);
  const nameOf = ({ object }: Manifest) => metadataOf(object).name;
  const own = new Set(manifests.filter((one) => isPolicy(one) && isGiven(one)).map(nameOf));
  const seen = new Set<string>();
  return manifests.filter((manifest) => {
    if (!isPolicy(manifest)) return true;
    if (!isGiven(manifest) && own.has(nameOf(manifest))) return false;
    const { document, steps } = manifest;
    const { line, column } = document.place([]);
    const key = JSON.stringify([document.source.path, line, column, steps]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
