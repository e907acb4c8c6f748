import fc from 'fast-check';
import type { Judge } from '../../../controllers/policy/evaluate/index.ts';
import { judge, judged, resourceOf } from '../../policies/judged.ts';
import type { Manifest, Outcome, PackPolicy } from '../../policies/packs.ts';
import type { Person } from '../admission/people.ts';
import { inOurDeployment } from './expanded.ts';
import { inFlight } from './inFlight.ts';
import { differenceFrom, differenceInRules, rulesThat, toldBy } from './packsAnswers.ts';
import { asked } from './packsInForce.ts';
import { type Given, objectsFor } from './ruleObjects.ts';

/** What the API server and the operator's own judge say of objects that are generated for a rule. */
export interface Verdicts {
  readonly tally: Tally;
  /** Objects of which they do not say the same, with what differs. */
  readonly differences: readonly string[];
}

export interface Tally {
  readonly pass: number;
  readonly fail: number;
  readonly error: number;
  /** By Kubernetes itself, so that no rule was asked. */
  readonly refused: number;
}

/**
 * @param count how many are judged; fewer where no others come of the Policy's cases
 * @param admin asks for them, with all packs in force
 */
export async function verdictsOn(
  policy: PackPolicy,
  rule: string,
  count: number,
  admin: Person,
): Promise<Verdicts> {
  const ours = judge(policy.name, policy.spec);
  const ask = async ({ object, namespace }: Given) => {
    const answer = await compared({ object, namespace }, policy, ours, admin);
    const other = inOurDeployment(object);
    if (answer !== undefined || other === undefined || !ours.mayMatch(resourceOf(other))) return answer;
    return compared({ object: other, namespace }, policy, ours, admin);
  };
  const waiting = [...generated(policy, rule, ours, 3 * count)];
  const all: Compared[] = [];
  let refused = 0;
  while (all.length < count && waiting.length > 0) {
    const answers = await inFlight(waiting.splice(0, count - all.length), ask);
    const verdicts = answers.filter((answer) => answer !== undefined);
    all.push(...verdicts);
    refused += answers.length - verdicts.length;
  }
  const times = (result: string) => all.filter(({ outcome }) => resultOf(rule, outcome) === result).length;
  return {
    tally: { pass: times('pass'), fail: times('fail'), error: times('error'), refused },
    differences: all.flatMap(({ difference }) => difference ?? []),
  };
}

/** None twice, and of each verdict as many as of the others, while there are any. */
function generated(policy: PackPolicy, rule: string, ours: Judge, count: number): readonly Given[] {
  const { seed = 0 } = fc.readConfigureGlobal();
  const sample = fc.sample(objectsFor(policy, rule, ours), { numRuns: count, seed });
  const distinct = [...new Map(sample.map((given) => [JSON.stringify(given), given])).values()];
  const byResult = Map.groupBy(distinct, (given) => resultOf(rule, judged(ours, given).outcome));
  const all = [...byResult.values()];
  return distinct.flatMap((_, index) => all.flatMap((some) => some.slice(index, index + 1)));
}

function resultOf(rule: string, outcome: Outcome): string | undefined {
  return outcome === 'notMatched' ? outcome : outcome[rule];
}

interface Compared {
  readonly outcome: Outcome;
  readonly difference?: string;
}

/**
 * What breaks a rule is asked for where that is warned of, so that each rule is told; the rest where it would be denied.
 *
 * @returns undefined where Kubernetes itself refuses it, and no rule is asked
 */
async function compared(
  { object, namespace }: Given,
  policy: PackPolicy,
  ours: Judge,
  admin: Person,
): Promise<Compared | undefined> {
  const outcomeOf = (one: Manifest) => judged(ours, { object: one, namespace }).outcome;
  const outcome = outcomeOf(asked(object, policy.name, 'Warn'));
  // An error is nothing that the API server warns of: it would have to quote several lines.
  const warns = rulesThat(['fail'], outcome).length > 0 && rulesThat(['error'], outcome).length === 0;
  const answer = await admin.create(asked(object, policy.name, warns ? 'Warn' : 'Deny'), '?dryRun=All');
  const told = toldBy(answer);
  if (told.by === 'itself' || told.by === 'unserved') return undefined;
  const { status, body, warnings } = answer;
  const filled = { ...object, ...body, metadata: { ...object.metadata, ...body.metadata } };
  const differences = [
    warns ? differenceInRules(outcome, warnings) : differenceFrom(outcome, told),
    status < 300 ? differenceWhenFilled(outcome, outcomeOf(filled)) : undefined,
  ].filter((difference) => difference !== undefined);
  if (differences.length === 0) return { outcome };
  return { outcome, difference: `${JSON.stringify(object)}: ${differences.join('; ')}` };
}

/** Between what was written and what the API server made of it. */
function differenceWhenFilled(written: Outcome, filled: Outcome): string | undefined {
  const [before, after] = [written, filled].map((outcome) => JSON.stringify(outcome));
  return before === after
    ? undefined
    : `comes to ${before} as it was written, and to ${after} on the API server`;
}
