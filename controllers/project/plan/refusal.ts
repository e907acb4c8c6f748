import { parseQuantity } from './quota/quantity.ts';

/**
 * A pod that admission turned away for lack of quota, as the event FailedCreate of its controller tells.
 *
 * ReplicaSets say so in a condition as well, `ReplicaFailure`. It is not followed: no selector finds it, so that every
 * ReplicaSet of the cluster, with its whole pod template, would cross the wire for it. What that would gain is time: while
 * the condition stands its controller tries again, after 16 minutes at the latest, and each try that fails is an event
 * (or counts in one that is there). Pods of Jobs and StatefulSets, too, have events and no such condition.
 */
export interface Refusal {
  readonly namespace: string;
  /** The amounts that the pod asked for, of the resources that were short. */
  readonly requested: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, when it was last seen. */
  readonly at: number;
}

/**
 * Reads what a controller reports when quota turns its pod away: `… exceeded quota: mainstay-quota, requested:
 * requests.cpu=1, used: requests.cpu=4, limited: requests.cpu=4`. Undefined for any other trouble, and for other quotas.
 *
 * Whoever may edit a namespace may write events there, so nothing in it is taken for what it should be: what is no amount
 * is left out.
 */
export function refusedAmounts(
  message: string,
  quotaName: string,
): Readonly<Record<string, string>> | undefined {
  if (message.length > longestMessage) return undefined;
  const match = /exceeded quota: ([^,\s]+), requested: (\S+), used: /.exec(message);
  if (match === null || match[1] !== quotaName) return undefined;
  const amounts = (match[2] ?? '')
    .split(',')
    .map((pair) => pair.split('='))
    .flatMap(([resource, amount]) =>
      resource !== undefined && amount !== undefined && isAmount(amount) ? [[resource, amount] as const] : [],
    );
  return amounts.length === 0 ? undefined : Object.fromEntries(amounts);
}

/** As long as the API server lets an event's message be. */
const longestMessage = 1024;

function isAmount(text: string): boolean {
  const quantity = parseQuantity(text);
  return quantity !== undefined && quantity.nano >= 0n;
}
