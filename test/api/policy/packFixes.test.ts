import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { eventually } from '../../eventually.ts';
import { judge, judged } from '../../policies/judged.ts';
import { type Case, type Manifest, type PackPolicy, packPolicies } from '../../policies/packs.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { Stage } from './stage.ts';

/** The fixes of the packs, as the API server makes them of what is created: what is bad is made good, and nothing else is changed. */

const fixing = packPolicies().filter(({ spec }) => spec.fix !== undefined);
const definition = customResourceDefinition(deploymentKind);
const plain = 'fixes-plain';
let server: Server;
let stage: Stage;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  stage = await Stage.open();
  for (const name of [plain, ...fixing.map(namespaceOf)]) await stage.namespace(name);
  await stage.enforce(
    fixing.map((policy) => {
      const match = { ...policy.spec.match, namespaces: [namespaceOf(policy)] };
      const spec = { ...policy.spec, match, enforcement: 'Deny' as const };
      return { name: policy.name, spec, enforcement: 'Deny', proven: true };
    }),
  );
  // Fixes come into force each in its own time, and so do their views of a kind that has just been defined.
  await eventually(async () => {
    for (const policy of fixing)
      for (const one of policy.cases.filter((one) => one.expected !== 'notMatched' && !isBeyond(policy, one)))
        await created(one.object, namespaceOf(policy));
  });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

function namespaceOf({ name }: PackPolicy): string {
  return `fixes-${name}`;
}

/** What nobody owns has its token by the time that a fix could come. */
function isBeyond({ name }: PackPolicy, { object }: Case): boolean {
  return name === 'service-account-token' && object.kind === 'Pod';
}

it('there are some', () => {
  expect(fixing.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['job-ttl', 'pull-policy', 'service-account-token']),
  );
});

describe.each(fixing)('$name', (policy) => {
  const isBad = ({ expected }: Case) => expected !== 'notMatched' && Object.values(expected).includes('fail');
  const isGood = (one: Case) => one.expected !== 'notMatched' && !isBad(one);
  const ours = judge(policy.name, policy.spec);

  it.each(policy.cases.filter((one) => isBad(one) && !isBeyond(policy, one)))('makes good: $name', async ({
    object,
  }) => {
    const fixed = await created(object, namespaceOf(policy));
    const { outcome } = judged(ours, { object: fixed, namespace: undefined });
    expect(outcome === 'notMatched' ? outcome : new Set(Object.values(outcome))).toEqual(new Set(['pass']));
  });

  it.each(policy.cases.filter(isGood))('leaves alone: $name', async ({ object }) => {
    const [fixed, unfixed] = await Promise.all([
      created(object, namespaceOf(policy)),
      created(object, plain),
    ]);
    expect(content(fixed)).toEqual(content(unfixed));
  });

  it.each(policy.cases.filter((one) => isBad(one) && isBeyond(policy, one)))('refuses: $name', async ({
    object,
  }) => {
    await expect(created(object, namespaceOf(policy))).rejects.toThrow(`Policy ${policy.name}, rule `);
  });
});

/** As the API server would keep it. Nothing is kept. */
function created(object: Manifest, namespace: string): Promise<Manifest> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return stage.client.request<Manifest>({
    method: 'POST',
    path: `${root}/namespaces/${namespace}/${kind.toLowerCase()}s`,
    query: { dryRun: 'All' },
    body: { ...object, metadata: { ...metadata, namespace } },
  });
}

/** Without what is another each time. */
function content({ spec }: Manifest): unknown {
  const text = JSON.stringify(spec).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID');
  return JSON.parse(text.replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'TOKEN'));
}
