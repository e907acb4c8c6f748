import { type Event, events } from '../../operator/index.ts';
import type { RolloutScene } from './scene.ts';

/** What was told of the Deployments in events. */
export interface EventCount {
  /** Different ones. */
  readonly told: number;
  /** How many more times any of them was told. */
  readonly repeated: number;
  /** Those that were, with how many more times, the most first. */
  readonly again: readonly (readonly [string, number])[];
}

/** The events of all Deployments of the scene, whoever told them. */
export async function eventsOf(scene: RolloutScene): Promise<EventCount> {
  const { group, version, kind } = scene.contestant.resource;
  const times = new Map<string, number>();
  const sentences = new Map<string, string>();
  let from: string | undefined;
  do {
    const page = await scene.administrator.list<Event>(events, {
      limit: 500,
      ...(from !== undefined && { continue: from }),
    });
    for (const { regarding, reason, note, series, deprecatedCount } of page.items) {
      if (regarding?.kind !== kind || regarding.apiVersion !== `${group}/${version}`) continue;
      const what = JSON.stringify([regarding.uid, reason, note]);
      sentences.set(what, `${reason}: ${note}`);
      times.set(what, (times.get(what) ?? 0) + Math.max(series?.count ?? 1, deprecatedCount ?? 1));
    }
    from = page.continue;
  } while (from !== undefined && from !== '');
  const again = [...times].filter(([, count]) => count > 1).toSorted(([, a], [, b]) => b - a);
  return {
    told: times.size,
    repeated: again.reduce((sum, [, count]) => sum + count - 1, 0),
    again: again.map(([what, count]) => [sentences.get(what) ?? what, count - 1]),
  };
}
