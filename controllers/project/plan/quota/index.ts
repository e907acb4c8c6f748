import { formatQuantity, type Quantity, quantity } from './quantity.ts';
import { planResource, type ResourcePlan } from './resourcePlan.ts';
import { amountOf } from './shares.ts';
import type {
  ElasticMemory,
  EnvironmentReport,
  Hard,
  LiveQuota,
  Mark,
  QuotaEnvironment,
  QuotaInput,
  QuotaPlan,
  QuotaWrite,
} from './types.ts';

/**
 * The next writes to the ResourceQuotas of a Project's environments.
 *
 * ## What holds
 * For each resource of the Project's total T let S be the sum over environments of m = max(spec.hard, status.hard,
 * status.used). Each single write of ours leaves S as it was, lowers it, or leaves it at most T. So S is never made to
 * exceed T by us, and never grows while above it.
 *
 * ## Why, though what we see is old
 * Take a write that raises the spec.hard of E to y. Either S stays as it was (what is enforced or used in E covers y), or
 * S is afterwards y + Σ m over the others. So it is enough that y + Σ bound(o) ≤ T, where bound(o) is at least the true m
 * of o at the instant of the write, however old our view of o is. With bound = max(spec.hard, status.hard, status.used) as
 * seen:
 * - spec.hard is written by us alone, and we see our own writes: it is what we see.
 * - status.hard only ever becomes the spec.hard of the time. Our view of o is no older than our last write to it, and
 *   spec.hard has not changed since: status.hard is what we see, or is the spec.hard that we see.
 * - status.used rises by admission up to status.hard and no further: at most the largest of what we see of the three.
 * Earlier writes of the same plan count with their new amounts, and a write whose answer was lost counts by `attempted`.
 * So a crash between any two writes does no harm. Where status.hard is still missing, status.used may turn out as
 * anything: then nobody else grows, unless the namespace is known to be `empty`. What shrinks is thus given to others only
 * once status.hard shows it, and with the status.used of that moment: the three are read together.
 *
 * ## Freshness
 * "We see our own writes" must include those of the process before us, and all namespaces that they went to. On becoming
 * leader, the view must come from a list that began after that (no list from a server's cache at resourceVersion 0, no cache
 * kept warm from before). Where that is not so, a plan with a write that `grows` must be planned again from a live read: of
 * the Project, of what it holds, and of the quotas there.
 *
 * ## What is in use
 * An Elastic split takes nothing that is in use as long as the whole suffices for it. Between our view and our write
 * somebody may begin to use it; so such a write bears the resourceVersion, which every change of status.used changes.
 * Static keeps the weights: hard may go below what is in use, which stops new objects only.
 */
export function planQuota(input: QuotaInput): QuotaPlan {
  const plans = new Map(resourcesOf(input).map((resource) => [resource, planResource(resource, input)]));
  const drafts = input.environments.map((environment) => draftOf(environment, plans, input));
  const writes = drafts.flatMap(({ write }) => write ?? []);
  const returns = [...plans.values()].flatMap(({ returnAt }) => returnAt ?? []);
  return {
    writes,
    report: {
      settled: writes.length === 0 && drafts.every(({ settled }) => settled),
      environments: drafts.map(({ report }) => report),
      exceeded: [...plans].flatMap(([resource, { exceeded }]) => {
        if (exceeded === undefined) return [];
        const text = textOf(resource, input.quota?.hard);
        return [{ resource, total: text(exceeded.total), counted: text(exceeded.counted) }];
      }),
    },
    memory: memoryOf(plans, input),
    ...(returns.length === 0 ? {} : { wakeUp: Math.min(...returns) }),
  };
}

/** Whether a quota limits all these resources (default: all that it names). Until its status says so, it limits nothing. */
export function quotaEnforced(
  live: LiveQuota,
  resources: Iterable<string> = Object.keys(live.hard),
): boolean {
  return [...resources].every(
    (resource) => Object.hasOwn(live.hard, resource) && Object.hasOwn(live.enforced ?? {}, resource),
  );
}

function resourcesOf({ quota, environments }: QuotaInput): readonly string[] {
  const names = [quota?.hard, ...environments.map(({ hard }) => hard)].flatMap((hard) =>
    Object.keys(hard ?? {}),
  );
  return [...new Set(names)].sort();
}

interface Draft {
  readonly write: QuotaWrite | undefined;
  readonly settled: boolean;
  readonly report: EnvironmentReport;
}

function draftOf(
  environment: QuotaEnvironment,
  plans: ReadonlyMap<string, ResourcePlan>,
  input: QuotaInput,
): Draft {
  const { name, live, attempted, held = true } = environment;
  const share: Record<string, string> = {};
  const hard: Record<string, string> = {};
  const waiting: EnvironmentReport['waiting'][number][] = [];
  const cut: EnvironmentReport['cut'][number][] = [];
  for (const [resource, plan] of plans) {
    const wanted = plan.shares.get(name);
    if (wanted === undefined) continue;
    const text = textOf(resource, environment.hard, input.quota?.hard);
    share[resource] = text(wanted);
    const next = plan.next.get(name);
    if (next !== undefined) hard[resource] = text(next);
    const lack = plan.waiting.get(name);
    if (lack !== undefined) waiting.push({ resource, ...lack, missing: text(lack.missing) });
    const asked = Object.hasOwn(environment.hard ?? {}, resource) ? amountOf(environment.hard, resource) : 0n;
    if (asked > wanted) cut.push({ resource, asked: text(asked), given: share[resource] });
  }
  const resources = Object.keys(share);
  // A new quota names all its resources from the start, or waits: what it does not name would not be limited.
  const complete = resources.every((resource) => Object.hasOwn(hard, resource));
  // What is on its way decides first: a second write could be overtaken by it.
  const writable = held && attempted === undefined;
  const due = writable && resources.length > 0 && (live !== undefined || complete);
  const enforced = live !== undefined && quotaEnforced(live, resources);
  return {
    write: due && !hasAmounts(live?.hard, hard) ? writeOf(environment, hard, input) : undefined,
    settled:
      !held ||
      resources.length === 0 ||
      (enforced && hasAmounts(live.enforced, hard) && waiting.length === 0),
    report: {
      name,
      share,
      hard: due ? hard : writable ? undefined : live?.hard,
      enforced,
      waiting,
      unanswered: held && attempted !== undefined && !hasAmounts(live?.hard, hard),
      cut,
    },
  };
}

function writeOf({ name, live }: QuotaEnvironment, hard: Hard, { quota }: QuotaInput): QuotaWrite {
  const amounts = Object.keys(hard).map(
    (resource) => [amountOf(live?.hard, resource), amountOf(hard, resource)] as const,
  );
  const shrinks = amounts.some(([before, after]) => after < before);
  const guarded = quota?.mode === 'Elastic' && shrinks && live?.resourceVersion !== undefined;
  return {
    environment: name,
    hard,
    grows: amounts.some(([before, after]) => after > before),
    ...(guarded ? { resourceVersion: live.resourceVersion } : {}),
  };
}

/**
 * Whether `seen` has all of `hard`. What it has besides does not matter here: a resource that we no longer name goes by
 * server-side apply of `report.hard`, and one that somebody else added only limits more.
 */
function hasAmounts(seen: Hard | undefined, hard: Hard): boolean {
  if (seen === undefined) return false;
  return Object.keys(hard).every(
    (resource) => Object.hasOwn(seen, resource) && amountOf(seen, resource) === amountOf(hard, resource),
  );
}

/** Writes amounts of a resource in the notation of the first of these that names it. */
function textOf(resource: string, ...notations: readonly (Hard | undefined)[]): (nano: bigint) => string {
  const written = notations.flatMap((hard) =>
    Object.hasOwn(hard ?? {}, resource) ? (hard?.[resource] ?? []) : [],
  )[0];
  const format: Quantity['format'] =
    written !== undefined && quantity(written).format === 'BinarySI' ? 'BinarySI' : 'DecimalSI';
  return (nano) => formatQuantity({ nano, format });
}

function memoryOf(plans: ReadonlyMap<string, ResourcePlan>, { environments }: QuotaInput): ElasticMemory {
  const memory: Record<string, Record<string, Mark>> = {};
  for (const { name } of environments) {
    const marks = [...plans].flatMap(([resource, { marks: all }]) => {
      const mark = all.get(name);
      return mark === undefined ? [] : [[resource, mark] as const];
    });
    if (marks.length > 0) memory[name] = Object.fromEntries(marks);
  }
  return memory;
}
