import { type DesiredObject, type DesiredOptions, desire } from '../../../operator/apply/desired.ts';
import type { Desired } from '../../../operator/client/client.ts';
import {
  limitRanges,
  type Namespace,
  type NetworkPolicy,
  namespaces,
  networkPolicies,
  type ResourceQuota,
  resourceQuotas,
  roleBindings,
} from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { secretOutlines } from '../secretOutline.ts';
import { planAccess } from './access.ts';
import { type Claim, isTerminating } from './claim.ts';
import type { Environment } from './environment.ts';
import { opensWall } from './holes.ts';
import { planLimitRange } from './limits.ts';
import { type Marked, markedFor, ownerOf } from './marks.ts';
import { heldNamespace } from './namespace.ts';
import type { PlannedPolicy } from './network/index.ts';
import { type Contents, nothing, type Observation } from './observation.ts';
import { type QuotaShare, quotaIn, quotaName } from './quotaShares.ts';
import { keepAccess, planTerminating } from './removal.ts';
import { planSecrets } from './secrets.ts';
import type { Step } from './step.ts';
import type { Troubles } from './trouble.ts';

/** What is to stand in one environment, and what is in the way. */
export interface EnvironmentPlan {
  readonly environment: Environment;
  readonly claim: Claim;
  readonly steps: readonly Step[];
  readonly desired: readonly DesiredObject[];
  readonly troubles: Troubles;
  /** RoleBindings that are wanted but not to be written now; those that exist are left as they are. */
  readonly withheld: ReadonlySet<string>;
}

/** What the Project as a whole decides for one environment. */
export interface Decided {
  readonly policies: readonly PlannedPolicy[];
  /** Undefined where nothing limits the environment. */
  readonly share: QuotaShare | undefined;
}

/** Waves: the namespace, then all that restrains, then access. */
const wave = { namespace: 0, restraint: 1, access: 2 } as const;

export function planEnvironment(
  observation: Observation,
  environment: Environment,
  claim: Claim,
  decided: Decided,
): EnvironmentPlan {
  const { project, settings } = observation;
  const plan = { environment, claim, steps: [], desired: [], troubles: {}, withheld: new Set<string>() };
  const contents = observation.contents.get(environment.namespace) ?? nothing;
  const desiredNamespace = heldNamespace(project, environment, settings.podSecurityVersion);
  switch (claim.state) {
    case 'Refused':
      return { ...plan, troubles: { Namespaces: { reason: claim.reason, message: claim.message } } };
    case 'Terminating': {
      const { steps, message } = planTerminating(claim.namespace, contents.access);
      return { ...plan, steps, troubles: { Namespaces: { reason: 'NamespaceTerminating', message } } };
    }
    case 'Takeable':
      return {
        ...plan,
        steps: [{ type: 'Take', live: claim.namespace, desired: desiredNamespace, how: claim.how }],
        troubles: {
          Namespaces: {
            reason: 'Progressing',
            message: `Namespace ${environment.namespace} is being claimed`,
          },
        },
      };
    case 'Free':
      // Nothing else yet: rules of other environments may name this one, and then it has to be held.
      return { ...plan, desired: [namespaceItem(environment, desiredNamespace)] };
    case 'Held':
      return planHeld(observation, environment, claim, decided, contents, desiredNamespace);
  }
}

function planHeld(
  observation: Observation,
  environment: Environment,
  claim: Extract<Claim, { state: 'Held' }>,
  decided: Decided,
  contents: Contents,
  desiredNamespace: Desired<Namespace>,
): EnvironmentPlan {
  const { project, settings, admission } = observation;
  const marked = markedFor(project, environment);
  const limits = planLimitRange(environment, marked);
  const copies = planSecrets(
    project,
    (namespace, name) => observation.sources.get(`${namespace}/${name}`),
    marked,
  );
  const access = planAccess(environment, settings.grantableRoles, marked);
  const { share } = decided;
  const quotaStands = share === undefined || share.enforced;
  const mayBind = admission === undefined && quotaStands;
  const item = itemFor(project.metadata.uid);
  const desired = [
    namespaceItem(environment, desiredNamespace),
    ...decided.policies.map((policy) =>
      item(networkPolicies, contents.policies, policyObject(policy, marked), { whole: [{ path: ['spec'] }] }),
    ),
    ...(share?.hard === undefined
      ? []
      : [
          item(resourceQuotas, contents.quotas, quotaObject(share.hard, marked), {
            whole: [{ path: ['spec'], quantities: true }],
          }),
        ]),
    ...(limits === undefined ? [] : [item(limitRanges, contents.limits, limits, {})]),
    ...copies.copies.map((copy) =>
      item(secretOutlines, contents.secrets, copy, {
        recreate: true,
        takeOver: 'Never',
        whole: [{ path: ['content'] }],
      }),
    ),
    ...(mayBind
      ? access.roleBindings.map((binding) =>
          item(roleBindings, contents.access, binding, { recreate: true, wave: wave.access }),
        )
      : []),
  ];
  const troubles: Troubles = {
    ...wallTrouble(environment, contents),
    ...(share?.trouble === undefined ? {} : { Quota: share.trouble }),
    ...accessTrouble(observation, quotaStands, access.refused),
    ...secretTrouble(copies.unavailable),
  };
  return {
    environment,
    claim,
    desired,
    troubles,
    steps: [
      ...keepAccess(contents.access),
      ...moveQuota(observation, environment, share, marked),
      ...pruneStrangers(project.metadata.uid, contents, desired),
    ],
    withheld: new Set(mayBind ? [] : access.roleBindings.map(({ metadata }) => metadata.name)),
  };
}

/** What was there before the wall is people's: it is told of, and left alone. */
function wallTrouble({ isolation }: Environment, { strangers }: Contents): Pick<Troubles, 'Network'> {
  const holes = isolation === 'Strict' ? strangers.filter(opensWall) : [];
  if (holes.length === 0) return {};
  const names = holes.map(({ metadata }) => metadata.name).sort();
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return {
    Network: {
      reason: 'WallOpened',
      message: `NetworkPolicy ${shown} reaches beyond the namespace and so opens the wall; delete it, or restrict it to podSelectors, and list other peers in the Project's spec.network`,
    },
  };
}

function accessTrouble(
  { admission, settings }: Observation,
  quotaStands: boolean,
  refused: readonly string[],
): Pick<Troubles, 'Access'> {
  if (admission !== undefined) return { Access: admission };
  if (!quotaStands) {
    return { Access: { reason: 'AccessWithheld', message: 'Access waits until the quota is enforced' } };
  }
  if (refused.length === 0) return {};
  const offered = settings.grantableRoles.join(', ');
  return {
    Access: {
      reason: 'RoleNotGrantable',
      message: `This installation does not hand out ${refused.join(', ')}; use one of: ${offered}`,
    },
  };
}

function secretTrouble(unavailable: readonly string[]): Pick<Troubles, 'Secrets'> {
  if (unavailable.length === 0) return {};
  return {
    Secrets: {
      reason: 'SecretUnavailable',
      message: `Not to be had: ${unavailable.join(', ')}. It must exist, and its owner must share it with this Project`,
    },
  };
}

function namespaceItem(environment: Environment, object: Desired<Namespace>): DesiredObject {
  // `Never`: what exists is taken by a step of its own, on condition that it is still as seen.
  return desire(namespaces, object, {
    group: environment.namespace,
    wave: wave.namespace,
    takeOver: 'Never',
  });
}

function policyObject({ name, spec }: PlannedPolicy, marked: Marked): Desired<NetworkPolicy> {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: marked(name), spec };
}

/** A move that needs the quota to be as it was seen is a step of its own; any other is made by keeping what is desired. */
function moveQuota(
  observation: Observation,
  { namespace }: Environment,
  share: QuotaShare | undefined,
  marked: Marked,
): readonly Step[] {
  const live = quotaIn(observation, namespace);
  if (share?.move === undefined || live === undefined) return [];
  return [{ type: 'MoveQuota', live, desired: quotaObject(share.move.hard, marked) }];
}

function quotaObject(hard: Readonly<Record<string, string>>, marked: Marked): Desired<ResourceQuota> {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: marked(quotaName), spec: { hard } };
}

/** Within a namespace that the Project holds, what an earlier Project left is this one's; what people made is theirs. */
function itemFor(uid: string | undefined) {
  return <T extends KubernetesObject>(
    resource: Resource<T>,
    live: readonly T[],
    object: Desired<T>,
    options: DesiredOptions,
  ): DesiredObject => {
    const existing = live.find(({ metadata }) => metadata.name === object.metadata.name);
    const holder = existing === undefined ? undefined : ownerOf(existing);
    const left = holder !== undefined && holder !== uid;
    return desire(resource, object, {
      wave: wave.restraint,
      ...options,
      ...(left ? { takeOver: 'Always' } : {}),
    });
  };
}

/** What an earlier Project left in the namespace and this one does not want. */
function pruneStrangers(
  uid: string | undefined,
  contents: Contents,
  desired: readonly DesiredObject[],
): readonly Step[] {
  const wanted = new Set(desired.map(({ resource, object }) => `${resource.kind}/${object.metadata.name}`));
  const found: readonly { readonly resource: Resource; readonly live: KubernetesObject }[] = [
    ...contents.policies.map((live) => ({ resource: networkPolicies, live })),
    ...contents.quotas.map((live) => ({ resource: resourceQuotas, live })),
    ...contents.limits.map((live) => ({ resource: limitRanges, live })),
    ...contents.access.map((live) => ({ resource: roleBindings, live })),
    ...contents.secrets.map((live) => ({ resource: secretOutlines, live })),
  ];
  return found
    .filter(({ resource, live }) => {
      const holder = ownerOf(live);
      if (holder === undefined || holder === uid) return false;
      return !isTerminating(live) && !wanted.has(`${resource.kind}/${live.metadata.name}`);
    })
    .map(({ resource, live }) => ({ type: 'Prune', resource, live }));
}
