import { milliseconds } from '../../../crds/deployment/defaults.ts';
import { annotations } from '../../../crds/deployment/names.ts';
import { appliedFields, ownedMark } from '../../../operator/apply/identity.ts';
import type { Deployment } from '../deployment.ts';
import { identity } from '../marks.ts';
import { hashInName } from '../names.ts';
import type { RouteView } from '../plan/observation.ts';
import { rulesForPeople } from './probe.ts';
import type { Evidence } from './probes.ts';
import type { BackendReference, Route, RouteRule } from './routes.ts';

/** What the planner sees of the live route, and from when on it is taken to be served, where that is only a matter of time. */
export interface SeenRoute {
  readonly view: RouteView;
  /** Milliseconds since the epoch. */
  readonly settlesAt?: number;
}

/**
 * Reads the live route and, where there is one, that of the preview. `evidence` is what the gateway has answered; without
 * any, a settle time must do.
 */
export function seeRoute(
  deployment: Deployment,
  live: Route | undefined,
  preview: Route | undefined,
  evidence: Evidence,
  now: number,
): SeenRoute {
  if (live === undefined) return { view: { ...nothing, weights: new Map() } };
  const { name } = deployment.metadata;
  const hashOf = (backend: BackendReference | undefined) =>
    backend === undefined ? undefined : hashInName(name, backend.name);
  const rules = rulesForPeople(live);
  const split = rules.at(-1);
  const matched = rules.length > 1 ? rules[0] : undefined;
  const weights = new Map<string, number>();
  for (const backend of split?.backendRefs ?? []) {
    const hash = hashOf(backend);
    if (hash !== undefined) weights.set(hash, backend.weight ?? 1);
  }
  const routes = preview === undefined ? [live] : [live, preview];
  const problem = routes.map(problemOf).find((one) => one !== undefined);
  // The preview is not asked for.
  const waits = evidence === 'Served' ? [preview] : [live, preview];
  const settlesAt = Math.max(...waits.map(writtenAt)) + settleOf(deployment);
  const judgements = routes.flatMap(judgementsOf);
  const accepted = problem === undefined && !judgements.includes(undefined);
  return {
    view: {
      exists: true,
      accepted,
      problem,
      weights,
      matchTo: hashOf(matched?.backendRefs?.[0]) ?? hashOf(mirrorOf(split)),
      preview: preview === undefined ? undefined : hashOf(rulesForPeople(preview)[0]?.backendRefs?.[0]),
      rules: ownedMark(identity, live, 'annotations', annotations.route) ?? '',
      behind: ownedMark(identity, live, 'annotations', annotations.behind),
      verified: accepted && (evidence === 'Served' || evidence === 'None') && now >= settlesAt,
      by: evidence === 'Served' || evidence === 'Awaited' ? 'Probe' : 'Settle',
    },
    ...(accepted && now < settlesAt && { settlesAt }),
  };
}

const nothing = { exists: false, accepted: false, verified: false, by: 'Settle' } as const;

/** What keeps the gateway from serving the route, in its own words; undefined where nothing does but time. */
function problemOf(route: Route): string | undefined {
  const wanted = route.spec.parentRefs?.length ?? 0;
  const parents = route.status?.parents ?? [];
  if (parents.length < wanted || wanted === 0) return 'no gateway has taken the route yet';
  const refusal = judgementsOf(route).find(
    (judgement) => judgement !== undefined && judgement.status !== 'True',
  );
  if (refusal === undefined) return undefined;
  const { type, status, reason, message } = refusal;
  return `${type} is ${status}: ${reason}: ${message}`;
}

/** What every gateway says of the route as it is written now; undefined where one has not looked at it since. */
function judgementsOf({ metadata: { generation = 0 }, status }: Route) {
  return (status?.parents ?? []).flatMap(({ conditions = [] }) =>
    ['Accepted', 'ResolvedRefs'].map((type) =>
      conditions.find((one) => one.type === type && (one.observedGeneration ?? 0) >= generation),
    ),
  );
}

/** When we last changed it, milliseconds since the epoch; 0 where that is not known. */
export function writtenAt(route: Route | undefined): number {
  const time = route === undefined ? undefined : appliedFields(identity, route.metadata)?.time;
  // It is told in whole seconds, the part that is cut off counted as over.
  return time === undefined ? 0 : Date.parse(time) + 1000;
}

function settleOf({ spec }: Deployment): number {
  return spec.traffic === undefined ? 0 : milliseconds(spec.traffic.settle);
}

function mirrorOf(rule: RouteRule | undefined): BackendReference | undefined {
  for (const filter of rule?.filters ?? [])
    if (filter.type === 'RequestMirror') return filter.requestMirror.backendRef;
  return undefined;
}
