import { compiledNames } from '../../../crds/policy/names.ts';
import type { Enforcement } from '../../../crds/policy/schema.ts';
import type { Outcome } from '../../../operator/apply/report.ts';
import type { Finding } from '../compile/index.ts';
import { policiesOf } from '../compile/objects.ts';
import { holds, keyOfLive, type Live } from './live.ts';
import type { Origin } from './origins.ts';
import { type AdmissionPlan, originsOf, type Wanted } from './plan.ts';

/** How a Policy stands in the API server. */
export interface Standing {
  readonly uid: string;
  /** Of the Policy, when it was looked at. */
  readonly generation: number;
  /** What its present spec has to be told. */
  readonly findings: readonly Finding[];
  /** Undefined where no request is judged by it. */
  readonly inForce: InForce | undefined;
  /** Why what is to stand does not. */
  readonly trouble: Trouble | undefined;
}

export interface InForce {
  /** Of the Policy, from which it was made. */
  readonly generation: number;
  readonly enforcement: Enforcement;
  readonly proven: boolean;
}

export interface Trouble {
  readonly reason: 'TooMany' | 'WriteFailed' | 'Contended' | 'Progressing';
  readonly message: string;
}

export interface Standings {
  /** What is there of ours, after what was written. */
  readonly live: readonly Live[];
  /** What became of each object that is to stand. */
  readonly outcomes: readonly Outcome[];
  /** Whether the API server judges requests by it. */
  readonly judges: (one: Live) => boolean;
}

export function standingOf(
  { name, uid, generation, examination }: Wanted,
  plan: AdmissionPlan,
  { live, outcomes, judges }: Standings,
): Standing {
  const origin = plan.origins.get(name);
  const objects = plan.compiled.objects.filter((object) => policiesOf(object).includes(name));
  const failed = objects.flatMap(({ kind, metadata }) =>
    outcomes.filter(
      (outcome) =>
        outcome.resource.kind === kind &&
        outcome.name.name === plan.slots.get(metadata.name) &&
        !isWell(outcome),
    ),
  );
  const isTooMany = objects.some(({ metadata }) => !plan.slots.has(metadata.name));
  const judging = live.filter(judges);
  const known = new Set(judging.map(keyOfLive));
  const isTakenUp = objects.every(({ kind, metadata }) => known.has(`${kind}/${metadata.name}`));
  const whole = objects.length > 0 && failed.length === 0 && isTakenUp;
  const is = whole && origin !== undefined ? origin : newestLive(name, uid, judging);
  return {
    uid,
    generation,
    findings: plan.findings.get(name) ?? [],
    inForce:
      is === undefined
        ? undefined
        : { generation: is.generation, enforcement: is.enforcement, proven: is.proven },
    trouble: isTooMany
      ? { reason: 'TooMany', message: tooMany }
      : failed.length > 0
        ? troubleOf(failed)
        : examination.state === 'Unknown'
          ? { reason: 'Progressing', message: examination.trouble ?? 'the API server could not be asked' }
          : isTakenUp
            ? undefined
            : { reason: 'Progressing', message: notTakenUp },
  };
}

const tooMany = `what all Policies are compiled into comes to more than ${compiledNames.length} admission policies: Policies of the same match, enforcement and exceptions share one`;

const notTakenUp =
  'it is written, and the API server does not judge by it yet: it takes up what is new within seconds, unless its admission plugin for it is off';

function isWell({ result }: Outcome): boolean {
  return ['unchanged', 'created', 'updated', 'repaired'].includes(result);
}

function troubleOf(outcomes: readonly Outcome[]): Trouble {
  for (const outcome of outcomes) {
    if (outcome.result === 'failed') return { reason: 'WriteFailed', message: outcome.error.message };
    if (outcome.result === 'backedOff') {
      const who = outcome.by.length === 0 ? 'somebody' : outcome.by.map(({ manager }) => manager).join(', ');
      const seconds = Math.ceil(outcome.wait / 1000);
      return {
        reason: 'Contended',
        message: `${outcome.resource.kind} ${outcome.name.name} is changed back again and again by ${who}; it is repaired again in ${seconds} s`,
      };
    }
  }
  return { reason: 'Progressing', message: 'what it is compiled into is being made' };
}

/** Of those in force: a policy without its binding is not. */
function newestLive(name: string, uid: string, live: readonly Live[]): Origin | undefined {
  const bound = new Set(
    live
      .filter((one) => one.object.kind === 'ValidatingAdmissionPolicyBinding' && holds(one, name))
      .map(({ object }) => object.metadata.name),
  );
  const judging = live.filter(
    ({ object }) => object.kind === 'ValidatingAdmissionPolicy' && bound.has(object.metadata.name),
  );
  return originsOf(name, judging)
    .filter((origin) => origin.uid === uid)
    .toSorted((a, b) => b.generation - a.generation)[0];
}
