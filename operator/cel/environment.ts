import type { Scope } from './check.ts';
import { merge } from './functions.ts';
import { conversions } from './library/conversions.ts';
import { jsonPatches } from './library/jsonPatches.ts';
import { lists } from './library/lists.ts';
import { namedFormats } from './library/namedFormats.ts';
import { network } from './library/network.ts';
import { operators } from './library/operators.ts';
import { optionals } from './library/optionals.ts';
import { quantities } from './library/quantity.ts';
import { semvers } from './library/semver.ts';
import { strings } from './library/strings.ts';
import { urls } from './library/urls.ts';
import type { Declarations } from './program.ts';
import {
  bool,
  bytes,
  type CelType,
  double,
  duration,
  dyn,
  int,
  listOf,
  mapOf,
  nullType,
  opaque,
  optionalOf,
  runtimeName,
  string,
  timestamp,
  typeOf,
  uint,
} from './types.ts';

/** The functions of Kubernetes 1.34 and later, in the order in which the API server tries them. */
const libraries = [
  operators,
  conversions,
  urls,
  lists,
  optionals,
  quantities,
  strings,
  network,
  namedFormats,
  semvers,
];
const functions = merge(libraries);
/** Those of mutations besides. */
const ofMutations = merge([...libraries, jsonPatches]);

const named: readonly CelType[] = [
  bool,
  bytes,
  double,
  duration,
  int,
  listOf(dyn),
  mapOf(dyn, dyn),
  nullType,
  string,
  timestamp,
  typeOf(undefined),
  uint,
  optionalOf(dyn),
  opaque('net.IP'),
  opaque('net.CIDR'),
];
const types: ReadonlyMap<string, CelType> = new Map(named.map((type) => [runtimeName(type), type]));

/** All that an expression may name. */
export function scopeOf({ variables, objects }: Declarations): Scope {
  return {
    variables: new Map(Object.entries(variables)),
    types,
    functions: objects === undefined ? functions : ofMutations,
    objects,
  };
}
