import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  admissionVariables,
  type CompileError,
  compile,
  type Evaluation,
  formatType,
  fromJson,
  type Program,
} from '../../../operator/cel/index.ts';
import { until } from '../../eventually.ts';
import { done } from '../admission/installed.ts';
import { type Api, type Manifest, openApi, type Person } from '../admission/people.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { expressions } from './expressions.ts';
import { allInForce, expressionsAPolicy, install, refusals, type Verdict, verdicts } from './server.ts';
import { builtin, specimen, specimenDefinition } from './specimens.ts';

/** How many expressions to try: `CEL_EXPRESSIONS` says otherwise, and `SEED=random` tries others. */
const count = Number(process.env.CEL_EXPRESSIONS ?? 2300);
const objectsAPolicy = 2;
const declarations = admissionVariables();

let api: Api;
let admin: Person;

beforeAll(async () => {
  api = await openApi(sharedKubeconfig());
  admin = api.as('admin', 'system:masters');
  await done(admin.apply(specimenDefinition));
  await until('specimens are served', async () => {
    const answer = await admin.create(specimenOf({ name: '', enabled: true }), '?dryRun=All');
    return answer.status < 300;
  });
});
afterAll(async () => {
  await admin.remove(specimenDefinition);
  await api[Symbol.asyncDispose]();
});

function specimenOf(spec: Readonly<Record<string, unknown>>): Manifest {
  return { apiVersion: 'cel.test/v1', kind: 'Specimen', metadata: { name: 'specimen' }, spec };
}

/** Short, for it stands twice in each of the server's answers. */
const policyName = (index: number) => `c${index}`;

/** Without one that is written twice. */
function generated(): readonly string[] {
  const { seed = 0 } = fc.readConfigureGlobal();
  const sizes = [1, 2, 3].flatMap((depth) =>
    fc.sample(expressions(depth), { numRuns: Math.ceil(count / 2.5), seed: seed + depth }),
  );
  return [...new Set(sizes)].slice(0, count);
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

interface Compiled {
  readonly expression: string;
  readonly program: Program;
}

describe('the same verdict as the API server', () => {
  it('compiles what it compiles, and evaluates to what it evaluates to', { timeout: 900_000 }, async () => {
    const { seed = 0 } = fc.readConfigureGlobal();
    const compiling = await inParallel(chunks(generated(), 100), agreeOnCompiling);
    expect(shown(compiling.flatMap(({ disagreements }) => disagreements))).toBe('');
    const compiled = compiling.flatMap(({ compiled }) => compiled);

    const batches = chunks(compiled, expressionsAPolicy);
    await using installed = new AsyncDisposableStack();
    await inParallel(batches, async (batch, index) => {
      const expressions = batch.map(({ expression }) => expression);
      installed.use(await install(admin, policyName(index), expressions));
    });
    await allInForce(admin, specimenOf({}));
    const evaluating = await inParallel(batches, (batch, index) => agreeOnEvaluating(batch, index, seed));
    const told = evaluating.flatMap(({ verdicts }) => verdicts);
    const share = (verdict: Verdict) => told.filter((other) => other === verdict).length / told.length;
    const percent = (verdict: Verdict) => `${(100 * share(verdict)).toFixed(1)} % ${verdict}`;
    const refused = compiling.reduce((sum, batch) => sum + batch.refused, 0);
    console.log(
      `seed ${seed}: ${compiled.length} expressions evaluated, ${refused} refused by both; ` +
        `${told.length} verdicts: ${percent('true')}, ${percent('false')}, ${percent('error')}`,
    );
    expect(shown(evaluating.flatMap(({ disagreements }) => disagreements))).toBe('');
    expect(compiled.length).toBeGreaterThanOrEqual(Math.min(2000, count * 0.9));
    expect(share('true')).toBeGreaterThanOrEqual(0.3);
    expect(share('false')).toBeGreaterThanOrEqual(0.3);
    expect(share('error')).toBeGreaterThanOrEqual(0.2);
  });
});

async function agreeOnCompiling(batch: readonly string[]) {
  const compiled: Compiled[] = [];
  const disagreements: string[] = [];
  let refused = 0;
  const theirs = await refusals(admin, batch);
  for (const [index, expression] of batch.entries()) {
    const ours = compile(expression, declarations);
    const they = theirs.get(index);
    if (ours.ok && they === undefined) {
      // What is no condition may compile too, but there is no verdict on it.
      const isCondition = ['bool', 'dyn'].includes(formatType(ours.program.type));
      if (isCondition) compiled.push({ expression, program: ours.program });
    } else if (!ours.ok && they !== undefined) refused++;
    else disagreements.push(`${expression}\n  server: ${they ?? 'compiles'}\n  ours: ${told(ours)}`);
  }
  return { compiled, disagreements, refused };
}

async function agreeOnEvaluating(batch: readonly Compiled[], index: number, seed: number) {
  const specs = fc.sample(specimen, { numRuns: objectsAPolicy, seed: seed + index });
  const objects = [...specs.map(specimenOf), ...(index % 20 === 0 ? builtin : [])];
  const disagreements: string[] = [];
  const all: Verdict[] = [];
  for (const object of objects) {
    const { seen, verdicts: theirs } = await verdicts(admin, policyName(index), object, batch.length);
    all.push(...theirs);
    for (const [place, { expression, program }] of batch.entries()) {
      const evaluation = program.evaluate({ object: fromJson(seen), oldObject: null });
      const ours = verdictOf(evaluation);
      if (ours === theirs[place]) continue;
      const why = evaluation.ok ? '' : ` (${evaluation.message})`;
      const on = JSON.stringify(object.spec);
      disagreements.push(`${expression}\n  on ${on}\n  server: ${theirs[place]}\n  ours: ${ours}${why}`);
    }
  }
  return { verdicts: all, disagreements };
}

function verdictOf(evaluation: Evaluation): Verdict {
  if (!evaluation.ok) return 'error';
  return evaluation.value === true ? 'true' : 'false';
}

/** A few at a time, since the API server has more than one processor. */
async function inParallel<T, R>(
  all: readonly T[],
  run: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = all.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await run(item, index);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return results;
}

/** The shortest ones, which are the easiest to understand. */
function shown(disagreements: readonly string[]): string {
  const shortest = disagreements.toSorted((a, b) => a.length - b.length).slice(0, 20);
  return disagreements.length === 0 ? '' : `${disagreements.length} in all:\n${shortest.join('\n')}`;
}

function told(compilation: { readonly ok: boolean; readonly errors?: readonly CompileError[] }): string {
  return compilation.ok ? 'compiles' : (compilation.errors ?? []).map(({ message }) => message).join('; ');
}
