import { blueGreenOf, canaryOf, rollingUpdateOf } from '../../../crds/deployment/defaults.ts';
import type { RollingUpdate } from '../../../crds/deployment/schema.ts';
import { podsOf, spanOf } from './amounts.ts';
import type { GatewayView, Spec } from './observation.ts';
import { abTestSteps, blueGreenSteps, canarySteps, nameOf, type PlannedStep } from './steps.ts';

/** How one revision takes the place of another, with all defaults in it and all percentages made pods. */
export interface Strategy {
  /**
   * What the split between revisions is made by. `Recreate`: there is none. `Rolling`: pods, and no steps. `Pods`: pods, by
   * steps. `Weights`: the weights of a route, by steps.
   */
  readonly by: 'Recreate' | 'Rolling' | 'Pods' | 'Weights';
  readonly steps: readonly PlannedStep[];
  /** Of the steps as they are written. */
  readonly hash: string;
  /** Pods above `replicas`, where the split is by pods. */
  readonly surge: number;
  /** Pods of `replicas` that may be missing, where the split is by pods. */
  readonly unavailable: number;
  /** The stable revision stays whole until promotion. */
  readonly keepsStable: boolean;
  /** Whether bad pods, failed metrics and the deadline send the rollout back by themselves. */
  readonly automatic: boolean;
  /** Whether a gateway of ours splits or passes on the traffic. */
  readonly routed: boolean;
  /** Whether it is one of ours, and not of `apps/v1`: only then status shows steps. */
  readonly progressive: boolean;
  /** Whoever has met the canary keeps meeting it. */
  readonly sticky: boolean;
  /** Milliseconds that old pods stay after it is verified that they have no traffic. */
  readonly drain: number;
  /** Why no rollout can begin like this. */
  readonly problem?: string | undefined;
}

export function strategyOf(spec: Spec, replicas: number, gateway: GatewayView | undefined): Strategy {
  const { strategy, traffic, rollback } = spec;
  const routed = traffic?.gateway !== undefined;
  const drain = spanOf(traffic?.drain, 30_000);
  const automatic = rollback?.automatic !== false;
  const common = {
    steps: [],
    hash: '',
    keepsStable: false,
    automatic,
    routed,
    sticky: false,
    progressive: true,
    drain,
  };
  switch (strategy.type) {
    case 'Recreate':
      return {
        ...common,
        by: 'Recreate',
        surge: 0,
        unavailable: replicas,
        automatic: false,
        progressive: false,
      };
    case 'RollingUpdate': {
      const bounds = boundsOf(rollingUpdateOf(strategy), replicas);
      return { ...common, ...bounds, by: 'Rolling', automatic: false, progressive: false };
    }
    case 'Canary': {
      const canary = canaryOf(strategy);
      const bounds = boundsOf(canary, replicas);
      const written = canary.steps ?? [];
      const hash = nameOf(['Canary', routed, written]);
      if (written.length === 0) return { ...common, ...bounds, by: 'Rolling', hash };
      const steps = canarySteps(written);
      const problem = routed ? lackOf(steps, gateway) : needOf(steps);
      if (!routed) return { ...common, ...bounds, by: 'Pods', steps, hash, problem };
      const keepsStable = !canary.dynamicStableScale;
      const sticky = canary.stickiness !== undefined;
      const lack = problem ?? (sticky ? lackOfStickiness(gateway) : undefined);
      return { ...common, ...bounds, by: 'Weights', steps, hash, keepsStable, sticky, problem: lack };
    }
    case 'BlueGreen': {
      const { scaleDownDelay, ...rest } = blueGreenOf(strategy);
      const steps = blueGreenSteps(strategy);
      return {
        ...common,
        by: routed ? 'Weights' : 'Pods',
        steps,
        hash: nameOf(['BlueGreen', routed, rest]),
        // Both stand whole for a while.
        surge: replicas,
        unavailable: 0,
        keepsStable: true,
        drain: Math.max(spanOf(scaleDownDelay, 30_000), routed ? drain : 0),
      };
    }
    case 'ABTest': {
      const steps = abTestSteps(strategy);
      const problem = routed ? lackOf(steps, gateway) : needOf(steps);
      const hash = nameOf(['ABTest', routed, strategy.abTest]);
      const by = routed ? 'Weights' : 'Pods';
      return { ...common, by, steps, hash, surge: replicas, unavailable: 0, keepsStable: true, problem };
    }
  }
}

/** The pods above `replicas` that a rolling update of so many may have. */
export function surgeAt({ strategy }: Spec, replicas: number): number {
  const { maxSurge } = strategy.type === 'Canary' ? canaryOf(strategy) : rollingUpdateOf(strategy);
  return podsOf(maxSurge, replicas, 'Up');
}

/** As `apps/v1` rounds them: the surge up, what may be missing down, and never both zero. */
function boundsOf({ maxSurge, maxUnavailable }: RollingUpdate, replicas: number) {
  const surge = podsOf(maxSurge, replicas, 'Up');
  const unavailable = Math.min(replicas, podsOf(maxUnavailable, replicas, 'Down'));
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** What steps ask for that takes a gateway. */
function needOf(steps: readonly PlannedStep[]): string | undefined {
  const index = steps.findIndex(
    ({ match, mirror, replicas }) => match !== undefined || mirror !== undefined || replicas !== undefined,
  );
  if (index === -1) return undefined;
  return `Step ${index + 1} sets match, mirror or replicas, which needs spec.traffic.gateway: add it, or give weights alone`;
}

/** What steps ask for that this gateway cannot do; said before anything moves. */
function lackOf(steps: readonly PlannedStep[], gateway: GatewayView | undefined): string | undefined {
  for (const [index, { match = [], mirror, weight }] of steps.entries()) {
    const headers = match.some((one) => one.headers !== undefined || one.cookies !== undefined);
    const query = match.some((one) => one.query !== undefined);
    if (gateway === undefined) {
      if (!headers && !query && mirror === undefined) continue;
      return `Step ${index + 1} needs to know what the gateway can do, and its GatewayClass has not said so yet`;
    }
    const lacks = [
      ...(headers && !gateway.headers ? ['matches on headers or cookies'] : []),
      ...(query && !gateway.query ? ['matches on the query'] : []),
      ...(mirror !== undefined && !gateway.mirror ? ['mirroring'] : []),
      ...(weight > 0 && weight < 100 && !gateway.weights ? ['weights'] : []),
    ];
    if (lacks.length > 0) {
      const words = gateway.message === undefined ? '' : ` (${gateway.message})`;
      return `Step ${index + 1} asks for ${lacks.join(' and ')}, which this gateway does not do${words}: change the step, or use another gateway`;
    }
  }
  return undefined;
}

function lackOfStickiness(gateway: GatewayView | undefined): string | undefined {
  const what = 'spec.strategy.canary.stickiness';
  if (gateway === undefined)
    return `${what} needs to know what the gateway can do, and its GatewayClass has not said so yet`;
  if (gateway.sticky) return undefined;
  return `${what} asks for a cookie in the answers of one revision, which this gateway does not do: take it out, or use another gateway`;
}
