import { type CheckCommand, UsageError } from './commandLine.ts';
import { Court } from './judging.ts';
import { Kinds } from './kinds.ts';
import { type Manifest, manifestsOf } from './manifests.ts';
import { json } from './output/json.ts';
import { junit } from './output/junit.ts';
import { sarif } from './output/sarif.ts';
import { text } from './output/text.ts';
import { isPolicy, packPaths, policiesOf } from './policies.ts';
import { exitCodeOf, type Report } from './report.ts';
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
  const byThemselves = judged.manifests.some(isPolicy) || command.policies.length > 0;
  const packs = command.packs.length > 0 || byThemselves ? command.packs : ['restricted'];
  const lawful = readSources([...command.policies, ...packs.flatMap(pathsOfPack)]);
  const laws = manifestsOf(lawful.sources);
  // A Policy that is in both is one Policy.
  const around = distinct([...judged.manifests, ...laws.manifests]);
  const kinds = new Kinds(around);
  const { policies, problems, notes } = policiesOf(around, kinds, now);
  const court = new Court(policies, kinds, around, { namespace: command.namespace, now });
  const each = judged.manifests.filter((manifest) => !isPolicy(manifest)).map((one) => court.judge(one));
  return {
    policies: policies.map(({ facts }) => facts),
    manifests: each.length,
    results: each.flatMap(({ results }) => results),
    problems: [
      ...[given, judged, lawful, laws].flatMap((read) => read.problems),
      ...problems,
      ...each.flatMap((one) => one.problems),
    ],
    notes: [...notes, ...each.flatMap((one) => one.notes)],
    failOn: command.failOn,
  };
}

function pathsOfPack(name: string): readonly string[] {
  const paths = packPaths(name);
  if (paths === undefined) throw new UsageError(`There is no pack ${name}: see mainstay help.`);
  return paths;
}

function distinct(manifests: readonly Manifest[]): readonly Manifest[] {
  const seen = new Set<string>();
  return manifests.filter((manifest) => {
    if (!isPolicy(manifest)) return true;
    const { file } = manifest.document.source;
    const key = JSON.stringify([file, manifest.document.place([]), manifest.steps]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
