import { labels } from '../../../crds/policy/names.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { isConflict, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { RateLimit } from '../../../operator/client/rateLimit.ts';
import type { Discovery } from '../../../operator/discovery/discovery.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import type { Recorder } from '../../../operator/events/eventRecorder.ts';
import { type KubernetesObject, keyOf } from '../../../operator/resources/object.ts';
import { type Resource, resourceId } from '../../../operator/resources/resource.ts';
import { constraintsOf } from '../compile/match.ts';
import { applied, type Change, holds, inverse } from './changes.ts';
import { tellReverted } from './events.ts';
import { guardOf, touchesMarks } from './guarded.ts';
import { refusalOf } from './inquiry.ts';
import { type Deed, deedsOf } from './memory.ts';
import type { FixMetrics } from './metrics.ts';
import type { Recollection } from './recollection.ts';
import { write, writeOf } from './write.ts';

export interface ReverterParts {
  readonly client: Client;
  readonly discovery: Pick<Discovery, 'served'>;
  readonly recorder: Recorder;
  readonly metrics: FixMetrics;
  readonly rate: Pick<RateLimit, 'take'>;
  readonly recollection: Recollection;
}

/** What is answered in `status.lastRequest`. */
export interface Reverted {
  readonly outcome: 'Done';
  readonly message: string;
}

/** What became of objects, by name. */
interface Tally {
  readonly back: string[];
  /** Changed by somebody since, all of it or part. */
  readonly left: string[];
  readonly notKept: string[];
  readonly refused: string[];
  /** Kinds that may not be listed. */
  readonly unread: string[];
}

/**
 * Takes back what the Policy's fix changed, field by field where nobody has changed it since. What is taken back is marked
 * with the request on the object, so that the same request finds it done, and the same fix is not made again.
 */
export async function revert(
  parts: ReverterParts,
  policy: string,
  match: PolicySpec['match'],
  request: string,
  signal: AbortSignal,
): Promise<Reverted> {
  const tally: Tally = { back: [], left: [], notKept: [], refused: [], unread: [] };
  for (const resource of await resourcesOf(parts, match)) {
    let next: string | undefined;
    do {
      const page = await parts.client
        .list(resource, {
          labelSelector: labels.fixed,
          limit: 500,
          signal,
          ...(next === undefined ? {} : { continue: next }),
        })
        .catch((error: unknown) => {
          if (refusalOf(error, resource) === undefined) throw error;
          tally.unread.push(resourceId(resource));
          return { items: [], continue: undefined };
        });
      for (const object of page.items)
        await revertOne(parts, policy, request, resource, object, tally, signal);
      next = page.continue;
    } while (next !== undefined);
  }
  return { outcome: 'Done', message: said(tally) };
}

/** Of what the Policy matches, each kind once, in the version that the server prefers. */
async function resourcesOf(
  { discovery }: ReverterParts,
  match: PolicySpec['match'],
): Promise<readonly ServedResource[]> {
  const { resourceRules } = constraintsOf(match);
  const has = (list: readonly string[], one: string) => list.includes('*') || list.includes(one);
  const matched = (await discovery.served()).filter(
    ({ group, version, plural, verbs }) =>
      verbs.includes('list') &&
      verbs.includes('patch') &&
      resourceRules.some(
        ({ apiGroups, apiVersions, resources }) =>
          has(apiGroups, group) &&
          has(apiVersions, version) &&
          (has(resources, plural) || resources.includes('*/*')),
      ),
  );
  const one = new Map<string, ServedResource>();
  for (const resource of matched) {
    const id = resourceId(resource);
    if (resource.preferred || !one.has(id)) one.set(id, resource);
  }
  return [...one.values()].filter(({ group, plural }) => group !== '' || plural !== 'secrets');
}

async function revertOne(
  parts: ReverterParts,
  policy: string,
  request: string,
  resource: Resource,
  listed: KubernetesObject,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const name = `${resource.kind} ${keyOf(listed)}`;
  let live = listed;
  for (;;) {
    const deeds = parts.recollection.of(live, deedsOf(live));
    const deed = deeds[policy];
    if (deed === undefined || live.metadata.deletionTimestamp !== undefined) return;
    if (deed.r !== undefined) {
      if (deed.r === request) tally.back.push(name);
      return;
    }
    if (deed.c === undefined) {
      tally.notKept.push(name);
      return;
    }
    // What was never fixed here, somebody else has written down.
    if (guardOf(resource, live) !== undefined || touchesMarks(deed.c)) return;
    const { back, left } = backOf(live, deed.c);
    if (back.length === 0) {
      tally.left.push(name);
      return;
    }
    const now: Deed = { ...deed, c: left.length === 0 ? undefined : left, r: request };
    const all = { ...deeds, [policy]: now };
    await parts.rate.take(signal);
    try {
      await write(parts.client, resource, live, writeOf(live, back, all).patch, signal);
      parts.recollection.remember(live, all);
      parts.metrics.reverted(policy);
      tellReverted(parts.recorder, live, policy, back);
      (left.length === 0 ? tally.back : tally.left).push(name);
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (isConflict(error)) {
        live = await parts.client.get(resource, addressOf(live), { signal });
        continue;
      }
      const refusal = refusalOf(error, resource);
      if (refusal === undefined) throw error;
      const why = refusal.kind === 'Forbidden' ? `the operator may not ${refusal.right}` : refusal.message;
      tally.refused.push(`${name} (${why.slice(0, 300)})`);
      return;
    }
  }
}

function addressOf({ metadata: { name, namespace } }: KubernetesObject) {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** The changes that take back what still holds, and those that somebody has changed since. */
function backOf(
  live: KubernetesObject,
  changes: readonly Change[],
): { readonly back: readonly Change[]; readonly left: readonly Change[] } {
  const back: Change[] = [];
  const left: Change[] = [];
  let now: unknown = live;
  for (const change of inverse(changes)) {
    const [original] = inverse([change]);
    if (original === undefined) continue;
    if (holds(now, original)) {
      back.push(change);
      now = applied(now, [change]);
    } else left.unshift(original);
  }
  return { back, left };
}

function said({ back, left, notKept, refused, unread }: Tally): string {
  const some = (names: readonly string[]) =>
    `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, and ${names.length - 5} more` : ''}`;
  return [
    `${back.length} taken back`,
    ...(left.length === 0 ? [] : [`${left.length} changed by somebody since and left so: ${some(left)}`]),
    ...(notKept.length === 0
      ? []
      : [`${notKept.length} of which what was before had no room: ${some(notKept)}`]),
    ...(refused.length === 0 ? [] : [`${refused.length} refused: ${some(refused)}`]),
    ...(unread.length === 0 ? [] : [`not looked at, since the operator may not list them: ${some(unread)}`]),
  ]
    .join('; ')
    .slice(0, 4096);
}
