import { admissionVariables, compile, type Declarations, dyn } from '../../../operator/cel/index.ts';
import { certain } from './certain.ts';
import { costOf } from './cost.ts';
import type { NamedExpression } from './objects.ts';
import { mayHoldNulls, podSpecOf } from './podSpec.ts';
import { equalities, type Path } from './reads.ts';
import type { ResolvedRule } from './resolve.ts';
import { bracketed, readSource } from './source.ts';

/**
 * A match condition that asks all rules at once, so that a request that breaks none is done with.
 *
 * The API server goes over a request in rounds: match conditions, validations, messages (of rules that hold as well), audit
 * annotations. Each round makes the object and each expression makes its own accounts, which cost more than most rules.
 * What does not match is asked one expression, in one round.
 *
 * No verdict changes by it. If one rule is false, the condition is true, whatever errors the others have: then all is judged
 * as if it were not there. So it is where a rule reads what is not there, since an error in the condition would say all of it
 * before its reason, and one in the rule only the rule's name. If none is false and one has an error of another kind, so has
 * the condition, and the failure policy decides of it as of one in a rule. It asks an update only what it changes, since a
 * rule that has an error lets an update through that changes nothing of what it reads. A pod that may hold nulls is judged
 * without being looked at: the rules see it without them.
 */
export function firstLook(parts: readonly Part[], updates: boolean): NamedExpression {
  const readsPod = parts.some((part) => part.readsPod);
  const nulls = readsPod ? `${mayHoldNulls('object')}\n|| ` : '';
  const broken = `${nulls}!${withPod(
    readsPod,
    [['podSpec', 'object']],
    parts.map(({ text }) => text),
  )}`;
  const changed = `!${withPod(
    parts.some(({ comparesPod }) => comparesPod),
    [
      ['podSpec', 'object'],
      ['oldPodSpec', 'oldObject'],
    ],
    [...new Set(parts.flatMap(({ same }) => same))],
  )}`;
  const asked = updates ? `request.operation == 'UPDATE'\n? ${changed}\n: ${broken}` : broken;
  return { name: 'breaks-a-rule', expression: `${forReaders}\n${asked}` };
}

const forReaders = [
  '// All rules at once: only what breaks one is judged further; of updates, only what changes something that one reads.',
  '// In an error message, the reason stands after all of this.',
].join('\n');

/** What a rule adds to the condition. */
export interface Part {
  /** The rule, under its name. */
  readonly text: string;
  /** What holds of an update that it lets through. */
  readonly same: readonly string[];
  readonly readsPod: boolean;
  readonly comparesPod: boolean;
  /** At most, on an object as large as they come. */
  readonly cost: number;
}

/** What the rule adds; undefined where a condition sees something else than a validation does, or nothing of it. */
export function partOf(rule: ResolvedRule): Part | undefined {
  if (!remembered.has(rule)) remembered.set(rule, foundOut(rule));
  return remembered.get(rule);
}

const remembered = new WeakMap<ResolvedRule, Part | undefined>();

function foundOut({ policy, rule, inlined, reads }: ResolvedRule): Part | undefined {
  if (inlined === undefined || !isTheSame(inlined)) return undefined;
  const sure = certain(inlined);
  const asked = compile(sure, declarations).ok ? sure : inlined;
  const source = readSource(asked);
  const same = equalities({ ...reads, podSpec: reads.podSpec.length > 0 ? [wholePod] : [] }, pods);
  return {
    text: `// Policy ${policy}, rule ${rule}\n${bracketed(asked)}`,
    same,
    readsPod: source.references.some(({ name }) => name === 'podSpec'),
    comparesPod: reads.podSpec.length > 0,
    cost: Math.max(
      costOf(source).usual,
      same.reduce((sum, text) => sum + costOf(readSource(text)).usual, 0),
    ),
  };
}

const pods = { now: 'podSpec', before: 'oldPodSpec' };

/** Not field by field, as the rules do: most updates leave the pod as it is, and this has to be read by people. */
const wholePod: Path = [];

const { namespaceObject: _, ...seen } = admissionVariables().variables;
/** A condition sees all that a validation sees but the namespace. The authorizer is dear, and is asked once only. */
const declarations: Declarations = { variables: { ...seen, podSpec: dyn } };

/** Whether a rule in one expression is taken by the API server, and has the verdict that it has with its variables. */
function isTheSame(inlined: string): boolean {
  const compiled = compile(inlined, declarations);
  if (!compiled.ok || !['bool', 'dyn'].includes(compiled.program.type.kind)) return false;
  // The resource of a condition is the one that was asked for, and that of a validation the one that is matched.
  const readsResource = readSource(inlined).references.some(
    ({ name, path: [field = 'resource'] }) => name === 'request' && field === 'resource',
  );
  return !readsResource;
}

/** All of the texts, where the pods of objects have names. */
function withPod(
  reads: boolean,
  pods: readonly (readonly [name: string, object: string])[],
  texts: readonly string[],
): string {
  const all = texts.join(' &&\n');
  if (!reads) return `(\n${all}\n)`;
  const bound = pods.map(([name, object]) => `[${podSpecOf(object)}].all(${name},`);
  return `${bound.join(' ')}\n${all}\n${')'.repeat(pods.length)}`;
}
