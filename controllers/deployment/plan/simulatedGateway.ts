import { allPods, type PlannedRoute } from './deploymentPlan.ts';
import type { RouteView } from './observation.ts';

interface Route {
  readonly weights: ReadonlyMap<string, number>;
  readonly matchTo: string | undefined;
  readonly preview: string | undefined;
  readonly rules: string;
  readonly behind: string | undefined;
}

/** A gateway for property tests, and the route that is written for it: it serves that late or never. */
export class SimulatedGateway {
  /**
   * `Refusing` accepts no route; `Silent` accepts it, and serves what it served before; `Outdone` serves another's that comes
   * first; of a `Foreign` one ours has the name, and so there is none of ours.
   */
  state: 'Up' | 'Refusing' | 'Silent' | 'Outdone' | 'Foreign' = 'Up';
  route: Route | undefined;
  version = 1;
  /** When traffic was last sent, or told to be sent, to a revision. */
  readonly lastPointedAt = new Map<string, number>();
  #served: Route | undefined;

  view(): RouteView {
    const { route, state } = this;
    return {
      exists: route !== undefined,
      accepted: state !== 'Refusing',
      problem: state === 'Refusing' ? 'BackendNotFound' : undefined,
      weights: route?.weights ?? new Map(),
      matchTo: route?.matchTo,
      preview: route?.preview,
      rules: route?.rules,
      behind: route?.behind,
      verified: (state === 'Up' || state === 'Outdone') && this.#served === route,
      by: 'Probe',
      ...(state === 'Outdone' && { conflict: 'legacy/checkout' }),
      ...(state === 'Foreign' && { foreign: 'HTTPRoute shop' }),
    };
  }

  write({ weights, matchTo, preview, rules, behind }: PlannedRoute): void {
    this.route = { weights, matchTo, preview, rules, behind };
    this.version += 1;
  }

  /** Whether the route is as planned. */
  has(planned: PlannedRoute): boolean {
    const { route } = this;
    if (route === undefined || route.rules !== planned.rules || route.behind !== planned.behind) return false;
    if (route.weights.size !== planned.weights.size) return false;
    for (const [hash, weight] of planned.weights) if (route.weights.get(hash) !== weight) return false;
    return true;
  }

  /** What is written is served. */
  serve(): void {
    if (this.state === 'Up' || this.state === 'Outdone') this.#served = this.route;
  }

  break(pick: number): void {
    this.state = this.state === 'Up' ? (troubles[pick % troubles.length] ?? 'Up') : 'Up';
    // Somebody took ours away, and put his there.
    if (this.state === 'Foreign') this.route = undefined;
  }

  /** To be called whenever time has passed or a route is another; `all` are the revisions that there are. */
  notePointing(now: number, all: readonly string[]): void {
    for (const route of [this.route, this.#served]) {
      if (route === undefined) continue;
      for (const [hash, weight] of route.weights) {
        if (weight === 0) continue;
        for (const one of hash === allPods ? all : [hash]) this.lastPointedAt.set(one, now);
      }
      if (route.matchTo !== undefined) this.lastPointedAt.set(route.matchTo, now);
      if (route.preview !== undefined) this.lastPointedAt.set(route.preview, now);
    }
  }
}

const troubles: readonly SimulatedGateway['state'][] = ['Refusing', 'Silent', 'Outdone', 'Foreign'];
