import { compiledNames } from '../../../crds/policy/names.ts';
import type { Enforcement, PolicySpec } from '../../../crds/policy/schema.ts';
import { type Candidate, type Compiled, compile, type Facts, type Finding } from '../compile/index.ts';
import { policiesOf } from '../compile/objects.ts';
import { keyOfCompiled, transition } from '../compile/transition.ts';
import type { Examination } from './examination.ts';
import { bindingsFirst, keyOfLive, type Live } from './live.ts';
import { digestOf, type Origin } from './origins.ts';
import { type Slots, slotsOf } from './slots.ts';

/** A Policy as it is to be in force, if it can be. */
export interface Wanted {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly spec: PolicySpec;
  /** The spec's, or a stricter one by promotion. */
  readonly enforcement: Enforcement;
  readonly examination: Examination;
}

export interface AdmissionPlan {
  readonly compiled: Compiled;
  /** The name in the cluster of each compiled object; none of what there is no room for. */
  readonly slots: Slots;
  /** What each Policy in `compiled` was made of, by its name. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Of the present specs, by Policy. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  /** May go now, each binding before its policy. */
  readonly obsolete: readonly Live[];
  /** Policies of which what is there is kept as it is, since it can be made by nobody any more. */
  readonly frozen: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly wakeUp: number | undefined;
}

/**
 * What is to stand in the API server. A Policy whose present spec cannot be compiled is compiled from the last one that
 * could: so it shares and leaves objects as any other, and its exceptions expire at their dates.
 *
 * @param live what is there of ours
 * @param wait milliseconds for which one of it has yet to stand before what it replaces may go
 */
export function planAdmission(
  wanted: readonly Wanted[],
  live: readonly Live[],
  facts: Facts,
  wait: (one: Live['object']) => number,
): AdmissionPlan {
  const first = compile(wanted.map(candidateOf), facts);
  const findings = Map.groupBy(
    [
      ...first.findings,
      ...wanted.flatMap(({ name, examination }) =>
        examination.findings.map((finding) => ({ policy: name, ...finding })),
      ),
    ],
    ({ policy }) => policy,
  );
  const isGood = ({ name, examination }: Wanted) =>
    examination.state === 'Taken' && !(findings.get(name) ?? []).some(isRefusal);
  const good = wanted.filter(isGood);
  const others = wanted.filter((one) => !isGood(one));
  const kept = others.flatMap((one) => withoutUnfit(one, lastGood(one, live)) ?? []);
  const compiled =
    others.length === 0
      ? first
      : compile([...good.map(candidateOf), ...kept.flatMap((origin) => candidateFrom(origin))], facts);
  const lost = new Set(compiled.findings.filter(isRefusal).map(({ policy }) => policy));
  const frozen = new Set(
    others
      .map(({ name }) => name)
      .filter(
        (name) => lost.has(name) || !kept.some(({ policy, spec }) => policy === name && spec !== undefined),
      ),
  );
  const slots = slotsOf(
    compiled.objects.map(({ metadata }) => metadata.name),
    live,
  );
  const isSeated = ({ object, slot }: Live) => slots.get(object.metadata.name) === slot;
  const seated = live.filter(isSeated);
  const next = transition(
    compiled.objects,
    seated.map(({ object }) => object),
    wait,
    facts.now,
  );
  const mayGo = new Set(next.obsolete.map(keyOfCompiled));
  // The same twice, as two operators make it that look at one moment: the second goes once all that is to stand has stood.
  const doubles = live.filter((one) => isSlot(one) && !isSeated(one));
  const desired = new Set(compiled.objects.map(keyOfCompiled));
  const staying = seated.filter((one) => desired.has(keyOfLive(one))).map(({ object }) => wait(object));
  const left = doubles.length === 0 ? 0 : Math.max(0, ...staying);
  const isWhole = next.missing.length === 0 && left === 0;
  const waits = [next.until, compiled.until, left > 0 ? facts.now + left : undefined].filter(
    (time) => time !== undefined,
  );
  return {
    compiled,
    slots,
    origins: new Map([...good.map(originOf), ...kept].map((origin) => [origin.policy, origin])),
    findings,
    obsolete: bindingsFirst(
      [...seated.filter((one) => mayGo.has(keyOfLive(one))), ...(isWhole ? doubles : [])].filter(
        ({ object }) => !policiesOf(object).some((policy) => frozen.has(policy)),
      ),
    ),
    frozen,
    wakeUp: waits.length === 0 ? undefined : Math.min(...waits),
  };
}

function isRefusal({ weight }: Finding): boolean {
  return weight === 'Refused';
}

function isSlot({ slot }: Live): boolean {
  return compiledNames.includes(slot);
}

function candidateOf({ name, spec, enforcement, examination }: Wanted): Candidate {
  return { name, spec, enforcement, proven: examination.proven };
}

function candidateFrom({ policy, spec, enforcement, proven }: Origin): readonly Candidate[] {
  return spec === undefined ? [] : [{ name: policy, spec, enforcement, proven }];
}

function originOf({ name, uid, generation, spec, enforcement, examination }: Wanted): Origin {
  return { policy: name, uid, generation, enforcement, proven: examination.proven, spec };
}

/** Of the same Policy, not of another that had its name. */
function lastGood({ name, uid }: Wanted, live: readonly Live[]): Origin | undefined {
  return originsOf(name, live)
    .filter((origin) => origin.uid === uid)
    .toSorted((a, b) => b.generation - a.generation)[0];
}

/** What fitted when it came into force may not fit any more: kinds change. Its rules are kept, its fix is not. */
function withoutUnfit({ spec, examination }: Wanted, last: Origin | undefined): Origin | undefined {
  if (examination.unfit !== true || last?.spec === undefined) return last;
  if (digestOf(last.spec) !== digestOf(spec)) return last;
  const { fix: _, ...rest } = last.spec;
  return { ...last, spec: rest };
}

/** What the live objects say they were made of, for one Policy. */
export function originsOf(policy: string, live: readonly Live[]): readonly Origin[] {
  return live.flatMap(({ origins }) => origins).filter((origin) => origin.policy === policy);
}
