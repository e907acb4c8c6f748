/** A pod that admission turned away for lack of quota. */
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
 */
export function refusedAmounts(
  message: string,
  quotaName: string,
): Readonly<Record<string, string>> | undefined {
  const match = /exceeded quota: ([^,\s]+), requested: (\S+), used: /.exec(message);
  if (match === null || match[1] !== quotaName) return undefined;
  const amounts = (match[2] ?? '')
    .split(',')
    .map((pair) => pair.split('='))
    .flatMap(([resource, amount]) =>
      resource !== undefined && amount !== undefined ? [[resource, amount] as const] : [],
    );
  return amounts.length === 0 ? undefined : Object.fromEntries(amounts);
}
