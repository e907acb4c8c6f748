import type { ResourceQuota } from '../../../operator/resources/builtin.ts';
import type { Claim } from './claim.ts';
import type { Environment } from './environment.ts';
import { ownerOf } from './marks.ts';
import { nothing, type Observation } from './observation.ts';
import { refusalWindow } from './quota/elastic.ts';
import { planQuota } from './quota/index.ts';
import { formatQuantity, quantity } from './quota/quantity.ts';
import type {
  ElasticMemory,
  EnvironmentReport,
  Hard,
  LiveQuota,
  QuotaPlan,
  QuotaWrite,
  Refusal,
  Waiting,
} from './quota/types.ts';
import type { Trouble } from './trouble.ts';

/** The ResourceQuota of every environment. */
export const quotaName = 'mainstay-quota';

/** How the Project's quota is shared out now. */
export interface QuotaShares {
  /** By environment; none where neither the Project nor the environment has a quota. */
  readonly shares: ReadonlyMap<string, QuotaShare>;
  /** Whether a write raises what an environment may use: then the view it was planned from has to be fresh. */
  readonly grows: boolean;
  readonly elastic: ElasticMemory;
  /** Where more counts than the Project has: `pods: 7 of 4`. */
  readonly exceeded: readonly string[];
  /** Where work was refused lately and nobody has any to spare: `dev: pods`. */
  readonly short: readonly string[];
  /** When there may be something to do although nothing changes: milliseconds since the epoch. */
  readonly wakeUp: number | undefined;
}

export interface QuotaShare {
  /** What the ResourceQuota is to allow now; undefined while there is to be none. */
  readonly hard: Hard | undefined;
  /** A move that may only be made on the quota as it was seen. */
  readonly move: QuotaWrite | undefined;
  /** Whether what exists is enforced: access waits for that. */
  readonly enforced: boolean;
  /** Why the environment does not have its share yet. */
  readonly trouble: Trouble | undefined;
}

export const noShares: QuotaShares = {
  shares: new Map(),
  grows: false,
  elastic: {},
  exceeded: [],
  short: [],
  wakeUp: undefined,
};

/** `leaving` are the namespaces that the Project gives up. */
export function planQuotaShares(
  observation: Observation,
  environments: readonly Environment[],
  claims: ReadonlyMap<string, Claim>,
  leaving: readonly { readonly environment: string; readonly namespace: string }[],
): QuotaShares {
  const { project, quotaMemory } = observation;
  const own = project.spec.environments.some(({ quota }) => quota?.hard !== undefined);
  if (project.spec.quota === undefined && !own) return noShares;
  const held = environments.filter(({ name }) => claims.get(name)?.state === 'Held');
  const refusals = refusedWork(observation, held);
  const namespaceOf = new Map(held.map(({ name, namespace }) => [name, namespace]));
  const counting = new Map(
    environments
      .filter((environment) => counts(observation, environment, claims.get(environment.name)))
      .map(({ name, namespace }) => [name, namespace]),
  );
  const plan = planQuota({
    quota: project.spec.quota,
    environments: project.spec.environments.map(({ name, quota }) => {
      const namespace = namespaceOf.get(name);
      return {
        name,
        weight: quota?.weight ?? 1,
        hard: quota?.hard,
        live: liveQuota(observation, counting.get(name)),
        attempted: quotaMemory.attempted.get(name),
        held: namespace !== undefined,
        empty: namespace !== undefined && isUntouched(observation, namespace),
      };
    }),
    leaving: leaving.map(({ environment, namespace }) => ({
      // As no environment is called: one may have the name of a namespace that is another's.
      name: `namespace ${namespace}`,
      live: liveQuota(observation, namespace),
      // Where the environment has another namespace now, either may be meant: then it counts for both.
      attempted: quotaMemory.attempted.get(environment),
    })),
    refusals,
    memory: quotaMemory.elastic,
    now: observation.now,
  });
  const short = refusals.filter((refusal) => {
    const live = liveQuota(observation, namespaceOf.get(refusal.environment));
    return isShort(refusal, plan, live?.used);
  });
  const writes = new Map(plan.writes.map((write) => [write.environment, write]));
  return {
    shares: new Map(
      plan.report.environments
        // Where nothing is limited there is no quota to wait for: without a total, beside environments that have their own.
        .filter(({ name, share }) => namespaceOf.has(name) && Object.keys(share).length > 0)
        .map((report) => [report.name, shareOf(plan, report, writes.get(report.name))]),
    ),
    grows: plan.writes.some(({ grows }) => grows),
    elastic: plan.memory,
    exceeded: exceededIn(plan),
    short: short.map(({ environment, resource }) => `${environment}: ${resource}`),
    wakeUp: earliest([plan.wakeUp, ...short.map(({ at }) => at + refusalWindow + 1)]),
  };
}

/** Whether what was refused would be refused again with all that the environment can have now. */
function isShort(
  { environment, resource, requested }: Refusal,
  { report }: QuotaPlan,
  used: Hard | undefined,
): boolean {
  const hard = report.environments.find(({ name }) => name === environment)?.hard?.[resource];
  if (hard === undefined) return false;
  return quantity(used?.[resource] ?? '0').nano + quantity(requested).nano > quantity(hard).nano;
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const set = times.filter((time) => time !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

/**
 * Each refusal tells of one pod. A controller that wants ten tries one after the other, ever more slowly, so what was
 * refused lately is taken together: what that is too much comes back once it is seen not to be needed. What says that it
 * will happen long after now was not written by a controller.
 */
function refusedWork({ refusals, now }: Observation, held: readonly Environment[]): readonly Refusal[] {
  return held.flatMap(({ name, namespace }) => {
    const recent = refusals.filter(
      (one) => one.namespace === namespace && Math.abs(now - one.at) <= refusalWindow,
    );
    const resources = new Set(recent.flatMap(({ requested }) => Object.keys(requested)));
    return [...resources].map((resource) => ({
      environment: name,
      resource,
      requested: sumOf(recent.map(({ requested }) => requested[resource] ?? '0')),
      at: Math.max(...recent.map(({ at }) => at)),
    }));
  });
}

function sumOf(amounts: readonly string[]): string {
  const parsed = amounts.map(quantity);
  const nano = parsed.reduce((sum, amount) => sum + amount.nano, 0n);
  return formatQuantity({ nano, format: parsed[0]?.format ?? 'DecimalSI' });
}

function shareOf(plan: QuotaPlan, report: EnvironmentReport, write: QuotaWrite | undefined): QuotaShare {
  return {
    hard: report.hard,
    move: write?.resourceVersion === undefined ? undefined : write,
    enforced: report.enforced,
    trouble: troubleOf(plan, report),
  };
}

function troubleOf(
  { report }: QuotaPlan,
  { enforced, waiting, unanswered, hard }: EnvironmentReport,
): Trouble | undefined {
  if (waiting.length > 0) {
    const over = report.exceeded.map(({ resource, total, counted }) => `${resource}: ${counted} of ${total}`);
    const missing = waiting.map(describe).join('; ');
    return over.length === 0
      ? { reason: 'QuotaPending', message: missing }
      : {
          reason: 'QuotaExceeded',
          message: `More counts than the quota allows (${over.join(', ')}): ${missing}`,
        };
  }
  if (unanswered) {
    return {
      reason: 'QuotaPending',
      message: 'The API server has not answered a change of the quota; whether it was made is looked up soon',
    };
  }
  if (enforced) return undefined;
  return {
    reason: 'QuotaPending',
    message:
      hard === undefined
        ? 'The quota waits for room in the total'
        : "The cluster's quota controller does not enforce the quota yet",
  };
}

function exceededIn({ report }: QuotaPlan): readonly string[] {
  return report.exceeded.map(({ resource, total, counted }) => `${resource}: ${counted} of ${total}`);
}

const because: Readonly<Record<Waiting['reason'], string>> = {
  InUse: 'which is in use in',
  Shrinking: 'which is being taken from',
  Unknown: 'until it is known what is in use in',
};

function describe({ resource, missing, reason, environments }: Waiting): string {
  return `waits for ${missing} of ${resource}, ${because[reason]} ${environments.join(', ')}`;
}

/** The Project's ResourceQuota in a namespace, as it was last seen. */
export function quotaIn(
  observation: Pick<Observation, 'contents'>,
  namespace: string,
): ResourceQuota | undefined {
  const { quotas } = observation.contents.get(namespace) ?? nothing;
  return quotas.find(({ metadata }) => metadata.name === quotaName);
}

/**
 * Whether what stands in an environment's namespace counts for the Project: from before it is taken until the claim is gone
 * with it. One that goes counts, too, though its environment is wanted again: while it is there, its quota is.
 */
function counts(
  { project, namespaces }: Observation,
  { namespace: name }: Environment,
  claim: Claim | undefined,
): boolean {
  const namespace = namespaces.get(name);
  if (namespace === undefined) return false;
  return claim?.state === 'Takeable' || ownerOf(namespace) === project.metadata.uid;
}

function liveQuota(observation: Observation, namespace: string | undefined): LiveQuota | undefined {
  const live = namespace === undefined ? undefined : quotaIn(observation, namespace);
  if (live === undefined) return undefined;
  return {
    resourceVersion: live.metadata.resourceVersion,
    hard: live.spec?.hard ?? {},
    enforced: live.status?.hard,
    used: live.status?.used,
  };
}

function isUntouched({ namespaces, contents, quotaMemory }: Observation, name: string): boolean {
  const uid = namespaces.get(name)?.metadata.uid;
  const { access } = contents.get(name) ?? nothing;
  return uid !== undefined && quotaMemory.untouched.has(uid) && access.length === 0;
}
