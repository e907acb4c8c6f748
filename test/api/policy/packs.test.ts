import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { policyKind } from '../../../crds/policy/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { judge, judged, placed } from '../../policies/judged.ts';
import { type Case, type Manifest, type PackPolicy, packPolicies } from '../../policies/packs.ts';
import { done } from '../admission/installed.ts';
import { type Api, openApi, type Person } from '../admission/people.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { expanded, inOurDeployment } from './expanded.ts';
import { inFlight } from './inFlight.ts';
import { differenceFrom, differenceInRules, toldBy } from './packsAnswers.ts';
import { asked, putInForce } from './packsInForce.ts';
import { serveCases } from './packsServed.ts';
import { type Tally, verdictsOn } from './ruleVerdicts.ts';
import { Stage } from './stage.ts';

/**
 * The cases of every pack on the API server, which judges by the Policies as it would if they denied: each comes out as the
 * case says, and as the operator's own judge says without any server. So does what is generated of them for each rule:
 * `RULE_OBJECTS` says how many objects, and `SEED=random` tries others.
 */

const objectsARule = Number(process.env.RULE_OBJECTS ?? 20);

/** Rules of which no API server of today can say but one thing. */
const oneSided: Readonly<Record<string, string>> = {
  'removed-api served': 'what it fails is served no longer',
};

const policies = packPolicies();
const definitions = [deploymentKind, policyKind].map(customResourceDefinition);

let api: Api;
let admin: Person;
let server: Server;
let stage: Stage;
const opened = new AsyncDisposableStack();
const tallies = new Map<string, Tally>();
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
  opened.use(await serveCases(policies, admin, stage));
  opened.use(await putInForce(policies, admin, stage));
});

afterAll(async () => {
  console.log(
    `${totals.cases} cases on the API server, ${totals.elsewhere} of them in a Deployment of ours, since no pod may be so; ` +
      `${totals.expanded} workloads of other kinds made of them; served no longer: ${[...totals.unserved].join(', ') || 'none'}`,
  );
  const all = (result: keyof Tally) => [...tallies.values()].reduce((sum, tally) => sum + tally[result], 0);
  console.log(
    `seed ${fc.readConfigureGlobal().seed}: of what is generated ${all('pass')} pass, ${all('fail')} fail, ${all('error')} ` +
      `have an error; Kubernetes itself refuses ${all('refused')}\n` +
      [...tallies].map(([rule, tally]) => `  ${rule}: ${JSON.stringify(tally)}`).join('\n'),
  );
  await opened.disposeAsync();
});

const deny = (policy: PackPolicy, object: Manifest) =>
  admin.create(asked(object, policy.name, 'Deny'), '?dryRun=All').then(toldBy);

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

  it.each(policy.spec.rules)('judges what is generated for its rule $name as the operator does', async ({
    name,
  }) => {
    const { tally, differences } = await verdictsOn(policy, name, objectsARule, admin);
    const rule = `${policy.name} ${name}`;
    tallies.set(rule, tally);
    expect(differences).toEqual([]);
    expect({ rule, both: tally.pass > 0 && tally.fail > 0 }).toEqual({ rule, both: !(rule in oneSided) });
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
        const said = differenceFrom(outcome, told);
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
  // Who is refused hears of one rule; who is warned hears of each.
  const { warnings } = await admin.create(asked(other, policy.name, 'Warn'), '?dryRun=All');
  return differenceFrom(expected, told) ?? differenceInRules(expected, warnings);
}
