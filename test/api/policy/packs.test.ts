import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { policyKind } from '../../../crds/policy/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { until } from '../../eventually.ts';
import { judge, judged, placed, resourceOf } from '../../policies/judged.ts';
import {
  type Case,
  type Manifest,
  type Outcome,
  type PackPolicy,
  packPolicies,
} from '../../policies/packs.ts';
import { done } from '../admission/installed.ts';
import { type Answer as Answered, type Api, openApi, type Person } from '../admission/people.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { expanded } from './expanded.ts';
import { inFlight } from './inFlight.ts';
import { asked, putInForce } from './packsInForce.ts';
import { Stage } from './stage.ts';

/**
 * The cases of every pack on the API server, which judges by the Policies as it would if they denied: each comes out as the
 * case says, and as the operator's own judge says without any server.
 */

const policies = packPolicies();
const definitions = [deploymentKind, policyKind].map(customResourceDefinition);

let api: Api;
let admin: Person;
let server: Server;
let stage: Stage;
const opened = new AsyncDisposableStack();
const totals = { cases: 0, expanded: 0, elsewhere: 0, unserved: new Set<string>() };

beforeAll(async () => {
  api = opened.use(await openApi(sharedKubeconfig()));
  admin = api.as('admin', 'system:masters');
  server = opened.use(await openServer(sharedKubeconfig()));
  stage = opened.use(await Stage.open());
  for (const definition of definitions) {
    await server.install(definition);
    opened.defer(() => server.uninstall(definition));
  }
  for (const kind of foreignKinds()) opened.use(await serve(kind));
  await inFlight([...namespacesOfCases()], async ([name, labels]) => {
    if (!['default', 'kube-system', 'kube-public'].includes(name)) await stage.namespace(name, labels);
  });
  opened.use(await putInForce(policies, admin, stage));
});

afterAll(async () => {
  console.log(
    `${totals.cases} cases on the API server, ${totals.elsewhere} of them in a Deployment of ours, since no pod may be so; ` +
      `${totals.expanded} workloads of other kinds made of them; served no longer: ${[...totals.unserved].join(', ') || 'none'}`,
  );
  await opened.disposeAsync();
});

/** Kinds of others that cases are about. Anything is taken of them. */
function foreignKinds(): readonly Pick<Manifest, 'apiVersion' | 'kind'>[] {
  const all = policies.flatMap(({ cases }) => cases.map(({ object }) => object));
  const foreign = all.filter(({ apiVersion }) => apiVersion.startsWith('gateway.networking.k8s.io/'));
  return [...new Map(foreign.map(({ apiVersion, kind }) => [kind, { apiVersion, kind }])).values()];
}

async function serve({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): Promise<AsyncDisposable> {
  const { group, version, resource } = resourceOf({ apiVersion, kind });
  const definition: Manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${resource}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural: resource, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const isThere = async () => (await admin.get(definition)).status < 300;
  const mine = !(await isThere());
  if (mine) await done(admin.create(definition));
  const list = { apiVersion, kind, metadata: { name: '' } };
  await until(`${kind} is served`, async () => (await admin.list(list)).status < 300);
  return {
    [Symbol.asyncDispose]: async () => {
      if (!mine) return;
      await admin.remove(definition);
      await until(`${kind} is gone`, async () => !(await isThere()));
    },
  };
}

/** By name their labels. */
function namespacesOfCases(): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const { object, namespace } of policies.flatMap(({ cases }) => cases)) {
    const { metadata } = placed(object, namespace);
    if (metadata.namespace === undefined) continue;
    const labels = (namespace?.metadata.labels ?? {}) as Readonly<Record<string, string>>;
    const known = found.get(metadata.namespace) ?? labels;
    if (JSON.stringify(known) !== JSON.stringify(labels)) {
      throw new Error(
        `cases say different labels of the namespace ${metadata.namespace}: give one another name`,
      );
    }
    found.set(metadata.namespace, labels);
  }
  return found;
}

/** What the API server says: taken, or refused by which rule of ours; or that it refuses it whoever else says what. */
type Told = { readonly by: 'nobody' | 'itself' | 'unserved' } | { readonly by: 'us'; readonly rule: string };

function toldBy({ status, message }: Answered): Told {
  // What there is already was let through by every policy.
  if (status < 300 || status === 409) return { by: 'nobody' };
  if (/ValidatingAdmissionPolicy 'mainstay-policy-/.test(message)) {
    return { by: 'us', rule: /Policy [a-z0-9-]+, rule ([a-z0-9-]+): /.exec(message)?.[1] ?? '' };
  }
  return { by: status === 404 ? 'unserved' : 'itself' };
}

const deny = (policy: PackPolicy, object: Manifest) =>
  admin.create(asked(object, policy.name, 'Deny'), '?dryRun=All').then(toldBy);

/** Rules that do not hold. */
function failing(outcome: Outcome): readonly string[] {
  if (outcome === 'notMatched') return [];
  return Object.entries(outcome).flatMap(([rule, result]) =>
    ['fail', 'error'].includes(result) ? [rule] : [],
  );
}

/** What differs from the outcome, in words; undefined if nothing does. */
function difference(told: Told, outcome: Outcome): string | undefined {
  const rules = failing(outcome);
  if (told.by === 'us') {
    return rules.includes(told.rule) || (told.rule === '' && rules.length > 0)
      ? undefined
      : `refused by the rule ${told.rule}, and not by one of [${rules.join()}]`;
  }
  return told.by === 'nobody' && rules.length > 0 ? `taken in spite of ${rules.join()}` : undefined;
}

/** In a kind of ours, of which the API server checks no more than the types. */
function inOurDeployment(object: Manifest): Manifest | undefined {
  return expanded(object).at(-1);
}

describe.each(policies)('$file', (policy) => {
  it('is a Policy that the API server takes', async () => {
    const { name, spec } = policy;
    const manifest = { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Policy', metadata: { name }, spec };
    await done(admin.create(manifest, '?dryRun=All&fieldValidation=Strict'));
  });

  it('judges its cases as they say', async () => {
    const differences = await inFlight(policy.cases, async (one) => {
      const said = await differencesIn(policy, one);
      return said === undefined ? [] : [`${one.name}: ${said}`];
    });
    expect(differences.flat()).toEqual([]);
  });

  if (policy.spec.match.workloads === true) {
    it('judges whatever makes such pods as the operator does', async () => {
      const ours = judge(policy.name, policy.spec);
      const workloads = policy.cases.flatMap(({ name, object, namespace }) =>
        expanded(placed(object, namespace)).map((workload) => ({ name, object: workload, namespace })),
      );
      const differences = await inFlight(workloads, async ({ name, object, namespace }) => {
        const told = await deny(policy, object);
        if (told.by !== 'itself') totals.expanded += 1;
        const { outcome } = judged(ours, { object: asked(object, policy.name, 'Deny'), namespace });
        const said = difference(told, outcome);
        return said === undefined ? [] : [`${name}, ${object.apiVersion} ${object.kind}: ${said}`];
      });
      expect(differences.flat()).toEqual([]);
    });
  }
});

async function differencesIn(policy: PackPolicy, one: Case): Promise<string | undefined> {
  const { expected } = one;
  const given = placed(one.object, one.namespace);
  const first = await deny(policy, given);
  if (first.by === 'unserved') {
    totals.unserved.add(`${given.apiVersion} ${given.kind}`);
    return undefined;
  }
  totals.cases += 1;
  const other = first.by === 'itself' ? inOurDeployment(given) : given;
  if (other === undefined) return 'is refused by Kubernetes itself';
  if (first.by === 'itself') totals.elsewhere += 1;
  const told = first.by === 'itself' ? await deny(policy, other) : first;
  if (told.by === 'itself') return 'is refused by Kubernetes itself, in a Deployment of ours too';
  return difference(told, expected) ?? (await differenceInRules(policy, other, expected));
}

/** Who is refused hears of one rule; who is warned hears of each. */
async function differenceInRules(
  policy: PackPolicy,
  object: Manifest,
  expected: Outcome,
): Promise<string | undefined> {
  const { warnings } = await admin.create(asked(object, policy.name, 'Warn'), '?dryRun=All');
  // Several may stand in one header.
  const told = [...warnings.join().matchAll(/Policy [a-z0-9-]+, rule ([a-z0-9-]+): /g)].map(
    ([, rule]) => rule,
  );
  const rules =
    expected === 'notMatched' ? [] : Object.keys(expected).filter((rule) => expected[rule] === 'fail');
  const [theirs, ours] = [told, rules].map((names) => [...new Set(names)].toSorted().join());
  return theirs === ours ? undefined : `warns of [${theirs}], and not of [${ours}]`;
}
