import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Candidate, compile } from '../../../controllers/policy/compile/index.ts';
import { Inquiry } from '../../../controllers/policy/fix/inquiry.ts';
import { manifestOf } from '../../../controllers/policy/fix/patches.ts';
import { operatorUser } from '../../../crds/admission/installation.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { connect } from '../../../operator/transport/connect.ts';
import type { Connection } from '../../../operator/transport/connection.ts';
import { eventually } from '../../eventually.ts';
import { packPolicies } from '../../policies/packs.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { resourceOf, resources } from './fixStage.ts';
import { facts, type Manifest, Stage } from './stage.ts';

/**
 * What the fixes of the packs change of what their own cases call bad, as the API server says: `fixGoldens/`. After a change
 * of a fix, `npx vitest run --project api test/api/policy/fixGoldens.test.ts -u` writes them anew, to be read.
 */

const space = 'policy-fix-goldens';
const fixing = packPolicies().filter(({ spec }) => spec.fix !== undefined);
const candidates = fixing.map(({ name, spec }): Candidate => {
  const fix = { mutations: [], ...spec.fix, existing: 'Suggest' as const };
  const { workloads, resources: matched } = spec.match;
  const match = { ...(workloads === true ? { workloads } : { resources: matched }), namespaces: [space] };
  return { name, spec: { ...spec, match, fix }, enforcement: 'Audit', proven: false };
});
const compiled = compile(candidates, facts());
let stage: Stage;
let connection: Connection;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(space);
  await stage.put(compiled.objects);
  connection = await connect({
    kubeconfig: sharedKubeconfig(),
    impersonate: { user: operatorUser, groups: ['system:masters'] },
  });
});

afterAll(async () => {
  await connection.close();
  await stage[Symbol.asyncDispose]();
});

describe('the fix of', () => {
  it.for(fixing.map((policy) => [policy.file, policy] as const))('%s', async ([, { name, cases }]) => {
    const mark = compiled.fixes.find(({ policy }) => policy === name)?.mark ?? '';
    const told: string[] = [];
    for (const [index, { name: title, object, expected }] of cases.entries()) {
      const isBad = expected !== 'notMatched' && Object.values(expected).includes('fail');
      if (!isBad || resources[object.kind] === undefined || object.apiVersion.startsWith('mainstay.dev/'))
        continue;
      // What an owner is said to have made that is not there, the garbage collector takes away.
      const { ownerReferences: _, ...others } = object.metadata;
      const metadata = { ...others, name: `${name}-${index}`.slice(0, 50), namespace: space };
      const manifest: Manifest = { ...object, metadata };
      // Of what the API server itself takes no more, there is nothing to be made good.
      if ((await stage.refusal(manifest)) !== undefined) continue;
      await stage.make(manifest);
      told.push(`# ${title}\n${await changesOf(manifest, mark)}`);
    }
    expect(told.length).toBeGreaterThan(0);
    await expect(told.join('---\n')).toMatchFileSnapshot(`fixGoldens/${name}.yaml`);
  });
});

async function changesOf(manifest: Manifest, mark: string): Promise<string> {
  const client = new HttpClient(connection, { fieldManager: 'mainstay' });
  const rate = { take: () => Promise.resolve() };
  const signal = new AbortController().signal;
  const { metadata, kind, apiVersion } = manifest;
  // Somebody may be writing it: then it is asked again, of the object as it is by then.
  const answer = await eventually(async () => {
    const live = await stage.read<KubernetesObject>(manifest);
    const given = await new Inquiry({ client, rate }, resourceOf(manifest), live, signal).ask(mark);
    if (given.kind === 'Unanswered') throw new Error(`the fix of ${metadata.name} is not in force`);
    return given;
  });
  if (answer.kind !== 'Changes') return `# ${JSON.stringify(answer)}\n`;
  const note = answer.immutable === undefined ? '' : '# made anew\n';
  if (answer.changes.length === 0) return `${note}# nothing\n`;
  return `${note}${manifestOf({ apiVersion, kind, name: metadata.name }, answer.changes)}`;
}
