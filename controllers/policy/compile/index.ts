/**
 * Policies into what the API server judges requests by: as few objects as possible, since each costs every request that
 * it matches, also where it finds nothing.
 *
 * In the order of reading: `facts.ts` what is told; `match.ts` what is matched; `scope.ts` what is left out; `source.ts`,
 * `resolve.ts`, `reads.ts` the expressions; `groups.ts` what shares an object; `firstLook.ts` how most requests are done with
 * at once; `mutating.ts` the fixes; `transition.ts` how the objects of one moment follow those of another.
 */
import type { Candidate, Facts, Finding } from './facts.ts';
import { type Compilation, grouped, type Sharing } from './groups.ts';
import { constraintsOf } from './match.ts';
import {
  askedObjects,
  enforcedCondition,
  type FixMark,
  type FixSharing,
  mutatingObjects,
} from './mutating.ts';
import { type CompiledObject, notBeingDeleted } from './objects.ts';
import { type Resolved, type ResolvedMutation, type ResolvedRule, resolve } from './resolve.ts';
import { type LeftOut, leftOut } from './scope.ts';
import { notServed } from './served.ts';

export type { Candidate, Facts, Finding } from './facts.ts';
export type { FixMark } from './mutating.ts';
export type { CompiledObject } from './objects.ts';

export interface Compiled {
  /** What is to stand in the API server, each policy before its binding. */
  readonly objects: readonly CompiledObject[];
  /** Where each rule stands; none of a Policy that is refused, or judged in the background only. */
  readonly placements: readonly Placement[];
  /** By what the operator asks for a Policy's fix, of those that have one for what is there. */
  readonly fixes: readonly FixMark[];
  readonly findings: readonly Finding[];
  /** When an exception expires, and this has to be done again; milliseconds since 1970. */
  readonly until: number | undefined;
}

export interface Placement {
  readonly policy: string;
  readonly rule: string;
  /** Name of the ValidatingAdmissionPolicy and of its binding. */
  readonly object: string;
}

/** @param candidates in any order; names are distinct */
export function compile(candidates: readonly Candidate[], facts: Facts): Compiled {
  const each = candidates
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((candidate) => understood(candidate, facts));
  const whole = each.filter(({ findings }) => findings.every(({ weight }) => weight === 'Note'));
  const compilations = shared(whole, sharingOf, ({ resolved }) => resolved.rules).flatMap(
    ([sharing, rules]) => grouped(sharing, rules),
  );
  const fixing = facts.server.mutating === true ? whole : [];
  const of = (is: (candidate: Candidate) => boolean) => fixing.filter(({ candidate }) => is(candidate));
  const enforced = shared(of(isEnforced), enforcedSharingOf, mutationsOf).map(([sharing, mutations]) =>
    mutatingObjects(sharing, mutations),
  );
  const asked = shared(of(isAsked), fixSharingOf, mutationsOf).map(([sharing, mutations]) =>
    askedObjects(sharing, mutations),
  );
  return {
    objects: [
      ...compilations.flatMap(({ objects }) => objects),
      ...enforced.flat(),
      ...asked.flatMap(({ objects }) => objects),
    ],
    placements: compilations.flatMap(placementsOf),
    fixes: asked.flatMap(({ marks }) => marks),
    findings: each.flatMap(told),
    until: each.reduce<number | undefined>(
      (soonest, { left }) =>
        left.until === undefined ? soonest : Math.min(soonest ?? Number.POSITIVE_INFINITY, left.until),
      undefined,
    ),
  };
}

/** What is to be told of a Policy, without anything being made of it. */
export function findingsOf(candidate: Candidate, facts: Facts): readonly Finding[] {
  return told(understood(candidate, facts));
}

function told({ candidate, findings }: Understood): readonly Finding[] {
  return findings.map((finding) => ({ policy: candidate.name, ...finding }));
}

interface Understood {
  readonly candidate: Candidate;
  readonly sharing: Sharing;
  readonly left: LeftOut;
  readonly resolved: Resolved;
  readonly findings: readonly Omit<Finding, 'policy'>[];
}

function understood(candidate: Candidate, facts: Facts): Understood {
  const { name, spec, enforcement, proven } = candidate;
  const constraints = constraintsOf(spec.match);
  const updates = constraints.resourceRules.some(({ operations }) => operations.includes('UPDATE'));
  const left = leftOut(spec, facts);
  const resolved = resolve(name, spec, updates, facts.server.minor);
  return {
    candidate,
    left,
    resolved,
    sharing: {
      constraints,
      conditions: [notBeingDeleted, ...left.conditions],
      inNamespaces: left.inNamespaces,
      enforcement,
      failurePolicy: enforcement === 'Deny' && proven ? 'Fail' : 'Ignore',
    },
    findings: [
      ...resolved.findings,
      ...left.findings,
      ...ofProjects(candidate, facts),
      ...ofServer(candidate, resolved, facts),
    ],
  };
}

/** A name that was mistyped matches nothing, and nothing else would say so. */
function ofProjects({ spec }: Candidate, { environments }: Facts): readonly Omit<Finding, 'policy'>[] {
  const unknown = (spec.match.projects ?? []).filter((name) =>
    environments.every(({ project }) => project !== name),
  );
  if (unknown.length === 0) return [];
  const message = `there is no Project ${unknown.join(', ')} yet: the Policy counts from when it is there`;
  return [{ weight: 'Note', reason: 'NothingMatched', field: 'spec.match.projects', message }];
}

/** What this server cannot do: said, and never left out in silence. */
function ofServer(
  candidate: Candidate,
  { calls }: Resolved,
  { server }: Facts,
): readonly Omit<Finding, 'policy'>[] {
  const { spec } = candidate;
  const missing = notServed(calls, server.minor);
  const background = { weight: 'Background', reason: 'NotServed' } as const;
  return [
    ...(server.validating
      ? []
      : [
          {
            ...background,
            field: 'spec.enforcement',
            message:
              'this API server has no ValidatingAdmissionPolicies (v1, from Kubernetes 1.30): what is there is reported',
          },
        ]),
    ...(missing.length === 0
      ? []
      : [
          {
            ...background,
            field: 'spec.rules',
            message: `this API server (1.${server.minor}) does not know ${missing.join(', ')}: what is there is reported`,
          },
        ]),
    ...(spec.fix !== undefined && server.mutating === false
      ? [{ weight: 'Note', field: 'spec.fix', ...unserved } as const]
      : []),
    ...(server.mutating === 'Forbidden' && (isEnforced(candidate) || isAsked(candidate))
      ? [{ weight: 'Note', field: 'spec.fix', ...forbidden } as const]
      : []),
  ];
}

const unserved = {
  reason: 'NotServed',
  message: 'this API server has no MutatingAdmissionPolicies (v1, from Kubernetes 1.36): nothing is fixed',
} as const;

const forbidden = {
  reason: 'FixForbidden',
  message:
    'the operator may not write MutatingAdmissionPolicies, so it is not put in force: apply manifests/dist/fixes.yaml, or leave fix out',
} as const;

function sharingOf({ sharing }: Understood): Sharing {
  return sharing;
}

/** Of what other people ask for, only what a Policy warns of or denies is mutated. */
function isEnforced({ spec, enforcement }: Candidate): boolean {
  return spec.fix !== undefined && enforcement !== 'Audit';
}

/** Whether the operator asks what the fix would do to what is there. */
function isAsked({ spec: { fix } }: Candidate): boolean {
  return fix !== undefined && fix.existing !== 'Off';
}

function fixSharingOf({ sharing: { constraints, conditions, inNamespaces } }: Understood): FixSharing {
  return { constraints, conditions, inNamespaces };
}

function enforcedSharingOf(one: Understood): FixSharing {
  const { conditions, ...sharing } = fixSharingOf(one);
  return { ...sharing, conditions: [...conditions, enforcedCondition(one.resolved.reads)] };
}

function mutationsOf({ resolved }: Understood): readonly ResolvedMutation[] {
  return resolved.mutations;
}

/** What all of these have, put together by what they must have alike to share an object. */
function shared<S extends object, T extends ResolvedRule | ResolvedMutation>(
  each: readonly Understood[],
  by: (one: Understood) => S,
  parts: (one: Understood) => readonly T[],
): readonly (readonly [S, readonly T[]])[] {
  const groups = new Map<string, readonly [S, T[]]>();
  for (const one of each) {
    const sharing = by(one);
    const key = JSON.stringify(sharing);
    const group = groups.get(key) ?? [sharing, []];
    group[1].push(...parts(one));
    groups.set(key, group);
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => group)
    .filter(([, all]) => all.length > 0);
}

function placementsOf({ objects: [{ metadata }], rules }: Compilation): readonly Placement[] {
  return rules.map(({ policy, rule }) => ({ policy, rule, object: metadata.name }));
}
