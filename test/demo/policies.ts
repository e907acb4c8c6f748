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
  const change = async (name: string, spec: object): Promise<void> => {
    const [patch, body] = [
      ['patch', 'policies.mainstay.dev', name, '--type=merge', '-p'],
      JSON.stringify({ spec }),
    ];
    narrator.say(`  $ kubectl ${patch.join(' ')} '${body}'`);
    await kubectl.run(...patch, body);
  };
  await change('known-registries', { enforcement: 'Deny' });
  await policy(kubectl, 'known-registries', ({ status }) => status?.enforcement === 'Deny');
  const create = ['create', 'deployment', 'another', '-n', 'old-ledger', '--image=docker.io/library/busybox'];
  narrator.say(`  $ kubectl ${create.join(' ')}`);
  // API servers look for new admission policies each second: until then it would be let through.
  await until(
    'it is refused',
    async () => (await kubectl.attempt([...create, '--dry-run=server'])).code !== 0,
  );
  const refused = await kubectl.attempt(create);
  if (refused.code === 0) throw new Error('what a Policy denies could be created');
  narrator.say(`  ${refused.stderr.trim()}`);
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
  await change('no-default-token', { fix: { existing: 'Apply' } });
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
