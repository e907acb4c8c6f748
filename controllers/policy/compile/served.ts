/**
 * Functions and macros that came to Kubernetes' CEL with 1.30 or later, by the minor version that took them in. An API server takes
 * an expression anew only with what its version before had, so that the one before can still read it.
 */
const introduced: Readonly<Record<string, number>> = {
  cidr: 30,
  ip: 30,
  isCIDR: 30,
  isIP: 30,
  fieldSelector: 31,
  labelSelector: 31,
  transformList: 32,
  transformMap: 32,
  transformMapEntry: 32,
  isSemver: 33,
  semver: 33,
  distinct: 34,
  first: 34,
  flatten: 34,
  last: 34,
  range: 34,
  reverse: 34,
  sort: 34,
  sortBy: 34,
};

/** Of these functions those that a server of this minor version does not take, each with the version that does. */
export function notServed(calls: Iterable<string>, minor: number): readonly string[] {
  return [...calls].flatMap((name) => {
    const since = Object.hasOwn(introduced, name) ? introduced[name] : undefined;
    return since !== undefined && since + 1 > minor ? [`${name} (from 1.${since + 1})`] : [];
  });
}
