import { milliseconds } from '../../../crds/deployment/defaults.ts';
import type { Deployment } from '../../../crds/deployment/schema.ts';
import type { DeploymentPlan } from '../plan/deploymentPlan.ts';
import type { MetricView } from '../plan/observation.ts';
import type { Measurement } from './analyses.ts';
import { type AnalysedRevision, type AnalysisTarget, planAnalysis } from './plan.ts';

/** A Deployment, and what was planned for it just now. */
export interface Planned {
  readonly deployment: Pick<Deployment, 'metadata' | 'spec' | 'status'>;
  readonly plan: Pick<DeploymentPlan, 'analysis' | 'status'>;
  /** A revision by its hash; undefined where it is not there yet. */
  readonly revision: (hash: string) => AnalysedRevision | undefined;
  /** Of the GatewayClasses that take the Deployment's route; undefined as long as one is not known. */
  readonly controllerNames?: readonly string[] | undefined;
  /** Name of the Deployment's route. */
  readonly route: string;
}

/** What is to be measured now; undefined where nothing is. */
export function measurementOf({
  deployment,
  plan,
  revision,
  controllerNames,
  route,
}: Planned): Measurement | undefined {
  const { metadata, spec, status } = deployment;
  const wanted = plan.analysis;
  const [canary, stable] = [revision(wanted?.of ?? ''), revision(wanted?.against ?? '')];
  if (spec.analysis === undefined || wanted === undefined || canary === undefined || stable === undefined) {
    return undefined;
  }
  const { weight } = plan.status;
  // Between two weights nothing is compared: what is counted there is of both.
  const metrics = spec.analysis.metrics.filter(
    ({ name, compare }) =>
      wanted.metrics.includes(name) && (compare === undefined || weight?.desired === weight?.verified),
  );
  const { interval, checks, problems } = planAnalysis(
    { ...spec.analysis, metrics },
    {
      namespace: metadata.namespace ?? '',
      canary,
      stable,
      ...measuredTraffic(deployment, route, controllerNames),
      comparison: {
        // The first interval is left out, since a scrape in it may have what was counted at the weight before.
        since: Math.max(wanted.since, timeOf(weight?.since)) + milliseconds(spec.analysis.interval),
        comparisons: wanted.comparisons,
      },
    },
  );
  return {
    namespace: metadata.namespace ?? '',
    since: wanted.since,
    freshFrom: Math.max(wanted.since, timeOf(plan.status.step?.since)),
    interval,
    checks,
    problems,
    known: knownOf(status),
  };
}

/** What presets need to know of a Deployment; nothing without a gateway. */
export function measuredTraffic(
  { spec }: Pick<Deployment, 'spec'>,
  route: string,
  controllerNames: readonly string[] | undefined,
): Pick<AnalysisTarget, 'traffic'> {
  const { gateway, ports } = spec.traffic ?? {};
  const port = ports?.[0]?.port;
  if (gateway === undefined || port === undefined) return {};
  return { traffic: { controllerNames, port, route: { name: route, kind: gateway.kind } } };
}

function timeOf(text: string | undefined): number {
  return text === undefined ? 0 : Date.parse(text);
}

/** What status remembers, for a process that has just started. */
function knownOf(status: Deployment['status']): ReadonlyMap<string, MetricView> {
  return new Map(
    (status?.analysis ?? []).map(({ name, result, failures, at, value, samples, message }) => [
      name,
      { result, failures, at: Date.parse(at), value, samples, message },
    ]),
  );
}
