import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaulted } from '../controllers/policy/defaulting/index.ts';
import { type Finding, type Judge, judgeOf } from '../controllers/policy/evaluate/index.ts';
import { expiryOf } from '../crds/policy/defaults.ts';
import type { PolicySpec } from '../crds/policy/schema.ts';
import { UsageError } from './commandLine.ts';
import type { Steps } from './documents.ts';
import { environmentsOf, type Kinds } from './kinds.ts';
import { type Manifest, metadataOf, placeIn } from './manifests.ts';
import type { Place, PolicyFacts, Problem } from './report.ts';

/** A Policy that can judge. */
export interface Judging {
  readonly judge: Judge;
  readonly facts: PolicyFacts;
  readonly manifest: Manifest;
}

export interface Policies {
  readonly policies: readonly Judging[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

export function isPolicy({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Policy' && apiVersion.startsWith('mainstay.dev/');
}

/** Packs that are not called as the folder that they stand in. */
const packFolders: Readonly<Record<string, readonly string[]>> = {
  baseline: ['pod-security/baseline'],
  restricted: ['pod-security/baseline', 'pod-security/restricted'],
};

/**
 * Where the Policies of a pack stand.
 *
 * @throws UsageError where there is no such pack
 */
export function packPaths(name: string): readonly string[] {
  const own = Object.hasOwn(packFolders, name) ? packFolders[name] : undefined;
  // What frameworks ask for is no pack.
  const isFolder = /^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(name) && name !== 'frameworks';
  const folders = own ?? (isFolder ? [name] : []);
  const paths = folders.map((folder) => fileURLToPath(new URL(`../policies/${folder}`, import.meta.url)));
  if (paths.length > 0 && paths.every((path) => existsSync(path))) return paths;
  throw new UsageError(`There is no pack ${name}: see mainstay help.`);
}

/**
 * The Policies among these, each checked as a cluster would: what is wrong with one is a problem with its place, to the
 * column of an expression.
 *
 * @param now milliseconds since 1970
 */
export function policiesOf(manifests: readonly Manifest[], kinds: Kinds, now: number): Policies {
  const environments = environmentsOf(manifests);
  const server = { minor: 36, validating: true, mutating: true };
  const policies: Judging[] = [];
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const names = new Set<string>();
  for (const manifest of manifests.filter(isPolicy)) {
    const name = String(metadataOf(manifest.object).name);
    const read = specOf(manifest, kinds);
    problems.push(...read.problems);
    if (names.has(name))
      problems.push({ place: placeIn(manifest), message: `Policy ${name} is there twice` });
    if (read.spec === undefined || names.has(name)) continue;
    names.add(name);
    const { spec } = read;
    const judge = judgeOf(name, spec, { environments, server, now });
    const told = judge.findings.map((finding) => toldOf(finding, manifest));
    const isRefused = judge.findings.some(({ weight }) => weight === 'Refused');
    problems.push(...told.filter(({ finding }) => finding.weight === 'Refused'));
    notes.push(
      ...told.filter(({ finding }) => ['JudgedOnRequest', 'NothingMatched'].includes(finding.reason)),
      ...expiredIn(manifest, spec, now),
    );
    if (!isRefused) policies.push({ judge, facts: factsOf(name, spec), manifest });
  }
  return { policies, problems, notes };
}

/** With its defaults, if the API server would take it. */
function specOf(
  manifest: Manifest,
  kinds: Kinds,
): { readonly spec?: PolicySpec; readonly problems: readonly Problem[] } {
  const { object, problems } = defaulted(manifest.object, kinds.of(manifest).custom);
  const told = problems.filter(({ weight }) => weight !== 'Unjudged');
  const bad = told.map(({ place, message }) => ({
    place: placeIn(manifest, place),
    message: `Policy: ${place.join('.')} ${message}`,
  }));
  // The kind's own definition has been asked, with all of its rules: what it takes is one.
  return bad.length > 0 ? { problems: bad } : { spec: object.spec as PolicySpec, problems: [] };
}

function toldOf(finding: Finding, manifest: Manifest): Problem & { readonly finding: Finding } {
  const steps = stepsOf(finding.field);
  const [, line, column, said] = /^line (\d+), column (\d+): (.*)$/s.exec(finding.message) ?? [];
  const { document, steps: root } = manifest;
  const place: Place =
    line === undefined || column === undefined
      ? placeIn(manifest, steps)
      : document.placeInText([...root, ...steps], Number(line), Number(column));
  const message = `Policy ${finding.policy}: ${finding.field}: ${said ?? finding.message}`;
  return { place, message, finding };
}

/** Of `spec.rules[0].expression`. */
function stepsOf(field: string): Steps {
  return field
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function expiredIn(manifest: Manifest, { exceptions = [] }: PolicySpec, now: number): readonly Problem[] {
  return exceptions.flatMap((exception, index) => {
    const expires = expiryOf(exception);
    if (expires === undefined || expires > now) return [];
    const place = placeIn(manifest, ['spec', 'exceptions', index]);
    return [
      {
        place,
        message: `the exception ${exception.name} is over since ${exception.expires}: it hides nothing`,
      },
    ];
  });
}

function factsOf(
  name: string,
  { title, description, severity, enforcement, controls = [], rules }: PolicySpec,
): PolicyFacts {
  return {
    name,
    title,
    description,
    severity,
    enforcement,
    controls,
    rules: rules.map((rule) => rule.name),
  };
}
