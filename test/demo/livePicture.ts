import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import type { Load } from '../traffic/load.ts';
import { failed, shareOf, within } from '../traffic/records.ts';
import { now } from '../traffic/shop.ts';
import type { Followed } from './followed.ts';
import type { Narrator } from './narrator.ts';
import { pictureOf, type Recent, type Traffic, trafficLine } from './picture.ts';

/** What it shows of: a Deployment whose pods answer with the hash of their revision, and the requests to it. */
export interface Scene {
  readonly followed: Followed;
  readonly load: Load;
}

/** Seconds that the measured share is taken from. */
const reach = 3;

/**
 * Shows where the traffic goes until it is disposed of: four times a second on a terminal; else a line whenever a weight
 * changes, and every five seconds.
 */
export class LivePicture implements Disposable {
  readonly #scene: Scene;
  readonly #narrator: Narrator;
  readonly #timer: NodeJS.Timeout;
  #told: { readonly weights: string; readonly at: number } | undefined;

  constructor(scene: Scene, narrator: Narrator) {
    this.#scene = scene;
    this.#narrator = narrator;
    this.#timer = setInterval(() => this.#show(), 250);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#narrator.screen.leave();
  }

  #show(): void {
    const { status } = this.#scene.followed;
    const { screen } = this.#narrator;
    if (status === undefined) return;
    const traffic = trafficOf(status, this.#scene.load);
    if (screen.draws) {
      screen.show(pictureOf(traffic, screen.columns));
      return;
    }
    const weights = `${traffic.revision}: ${traffic.desired}/${traffic.verified}`;
    if (this.#told?.weights === weights && now() < this.#told.at + 5000) return;
    this.#told = { weights, at: now() };
    this.#narrator.seen(trafficLine(traffic));
  }
}

/** Of the revision that was tried last: on its way, given up, or serving everything. */
function trafficOf(
  { phase, step, weight, canary, stable, failed: given }: DeploymentStatus,
  load: Load,
): Traffic {
  const tried = given ?? canary ?? stable;
  const settled = tried === stable ? 100 : 0;
  return {
    revision: tried?.revision ?? 0,
    stands: `${phase} ${step?.text ?? ''}`.trim(),
    desired: weight?.desired ?? settled,
    verified: weight?.verified ?? settled,
    recent: recentOf(load, tried?.hash ?? ''),
  };
}

function recentOf(load: Load, hash: string): Recent {
  const records = within(load.records, { from: now() - reach * 1000 });
  const share = 100 * shareOf(records, hash);
  return {
    seconds: reach,
    answers: records.length,
    share: Number.isNaN(share) ? 0 : share,
    failed: failed(records).length,
  };
}
