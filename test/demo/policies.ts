import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../../controllers/policy/policy.ts';
import { until } from '../eventually.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Narrator } from './narrator.ts';
import type { Target } from './target.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const archive = ['archive', '-n', 'old-ledger'] as const;

/**
 * A Policy counts, then denies; what was there before goes on, until a fix makes it good.
 *
 * @throws Error if what is told does not come true.
 */
export async function tellOfPolicies({ kubectl }: Target, narrator: Narrator): Promise<void> {
  const manifest = await readFile(`${root}examples/policies.yaml`, 'utf8');

  narrator.chapter('A Policy counts what it would refuse');
  narrator.say('  $ kubectl apply -f manifests/dist/fixes.yaml -f examples/policies.yaml');
  await kubectl.run('apply', '-f', `${root}manifests/dist/fixes.yaml`);
  await kubectl.apply(manifest);
  const { status } = await policy(kubectl, 'known-registries', ({ status }) => status?.counts?.fail === 1);
  const [violation] = status?.violations ?? [];
  narrator.done(`${violation?.kind} ${violation?.namespace}/${violation?.name}: ${violation?.message}`);

  narrator.chapter('Then it denies, and what runs goes on');
  const deny = (name: string) => ['patch', 'policies.mainstay.dev', name, '--type=merge', '-p'] as const;
  const change = '{"spec":{"enforcement":"Deny"}}';
  narrator.say(`  $ kubectl ${deny('known-registries').join(' ')} '${change}'`);
  await kubectl.run(...deny('known-registries'), change);
  await policy(kubectl, 'known-registries', ({ status }) => status?.enforcement === 'Deny');
  const create = ['create', 'deployment', 'another', '-n', 'old-ledger', '--image=docker.io/library/busybox'];
  narrator.say(`  $ kubectl ${create.join(' ')}`);
  narrator.say(`  ${(await refused(kubectl, create)).trim()}`);
  narrator.say(`  $ kubectl scale deployment ${archive.join(' ')} --replicas=2`);
  await kubectl.run('scale', 'deployment', ...archive, '--replicas=2');
  narrator.done('another is refused; archive, which was there before, is scaled as ever');

  narrator.chapter('A fix makes good what is there');
  const { status: suggested } = await policy(
    kubectl,
    'no-default-token',
    ({ status }) => status?.fixes?.suggested === 1,
  );
  const [suggestion] = suggested?.fixes?.objects ?? [];
  narrator.seen(`${suggestion?.kind} ${suggestion?.name}: ${suggestion?.message}`);
  narrator.say(suggestion?.patch ?? '');
  const apply = '{"spec":{"fix":{"existing":"Apply"}}}';
  narrator.say(`  $ kubectl ${deny('no-default-token').join(' ')} '${apply}'`);
  await kubectl.run(...deny('no-default-token'), apply);
  await policy(kubectl, 'no-default-token', ({ status }) => status?.counts?.fail === 0);
  const field = 'jsonpath={.spec.template.spec.automountServiceAccountToken}';
  const said = await kubectl.run('get', 'deployment', ...archive, '-o', field);
  if (said !== 'false') throw new Error(`archive says automountServiceAccountToken: ${said}`);
  narrator.done('archive mounts no token any more, and nothing violates no-default-token');
  narrator.say(`\n${await kubectl.run('get', 'policies.mainstay.dev')}`);
}

/** What to try next. */
export const policyHints = `  kubectl describe policies.mainstay.dev known-registries
  npx mainstay check --policies policies/best-practices examples/
`;

/** The Policy, once it is as it is to be. */
async function policy(kubectl: Kubectl, name: string, isSo: (policy: Policy) => boolean): Promise<Policy> {
  let found: Policy | undefined;
  await until(`Policy ${name} is so`, async () => {
    found = await kubectl.get<Policy>('policies.mainstay.dev', name);
    return isSo(found);
  });
  if (found === undefined) throw new Error(`there is no Policy ${name}`);
  return found;
}

/** Its words. API servers look for new admission policies each second, and until then let it through: as a dry run. */
async function refused(kubectl: Kubectl, command: readonly string[]): Promise<string> {
  let words = '';
  await until('it is refused', async () => {
    const { code, stderr } = await kubectl.attempt([...command, '--dry-run=server']);
    words = stderr;
    return code !== 0;
  });
  return words;
}
