import { isDeepStrictEqual } from 'node:util';
import type { ProjectStatus } from '../../../crds/project/schema.ts';
import { conditionsOf } from '../../../operator/status/conditions.ts';
import type { Observation } from '../plan/observation.ts';
import type { ProjectPlan } from '../plan/project.ts';
import { formatQuantity, quantity } from '../plan/quota/quantity.ts';
import type { Project } from '../project.ts';
import { projectFindings } from './conditions.ts';
import { type EnvironmentStatus, environmentStatuses } from './environments.ts';
import { troublesOf, type Written } from './troubles.ts';

/** The whole status of a Project: pure, from what was seen, planned and written. */
export function statusOf(observation: Observation, plan: ProjectPlan, written: Written): ProjectStatus {
  const { project, now } = observation;
  const troubles = troublesOf(plan, written);
  const environments = environmentStatuses(observation, plan, troubles, written);
  const generation = project.metadata.generation ?? 0;
  return {
    observedGeneration: generation,
    conditions: conditionsOf({
      previous: project.status?.conditions,
      findings: projectFindings(plan, troubles),
      generation,
      now: new Date(now),
    }),
    environments,
    summary: summaryOf(project, environments),
  };
}

function summaryOf(project: Project, environments: readonly EnvironmentStatus[]): ProjectStatus['summary'] {
  const wanted = new Set(project.spec.environments.map(({ name }) => name));
  const ready = environments.filter(({ name, ready }) => ready && wanted.has(name)).length;
  const quota = quotaColumn(project, environments);
  return { environments: `${ready}/${wanted.size}`, ...(quota === undefined ? {} : { quota }) };
}

/** What people look at first, where the quota bounds it. */
const columns = ['requests.cpu', 'cpu', 'limits.cpu', 'requests.memory', 'memory', 'limits.memory', 'pods'];

/** `1500m/20`: in use of the Project's quota, for CPU, or what is bounded instead. */
function quotaColumn(project: Project, environments: readonly EnvironmentStatus[]): string | undefined {
  const hard = project.spec.quota?.hard ?? {};
  const column = columns.find((name) => hard[name] !== undefined) ?? Object.keys(hard)[0];
  const total = column === undefined ? undefined : hard[column];
  if (column === undefined || total === undefined) return undefined;
  const used = environments
    .map(({ quota }) => quantity(quota?.used[column] ?? '0'))
    .reduce((sum, amount) => ({
      nano: sum.nano + amount.nano,
      format: amount.nano === 0n ? sum.format : amount.format,
    }));
  return `${formatQuantity(used)}/${formatQuantity(quantity(total))}`;
}

/** Whether two statuses differ in nothing but what the quota counts as used: that may be told later. */
export function differInUseOnly(left: ProjectStatus | undefined, right: ProjectStatus): boolean {
  return left !== undefined && isDeepStrictEqual(withoutUse(left), withoutUse(right));
}

/** As it crosses the wire, so that what is absent and what is undefined are one. */
function withoutUse({ summary, environments, ...rest }: ProjectStatus): unknown {
  const bare = {
    ...rest,
    ready: summary?.environments,
    environments: environments?.map(({ quota, ...environment }) => ({ ...environment, hard: quota?.hard })),
  };
  return JSON.parse(JSON.stringify(bare));
}
