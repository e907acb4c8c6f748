import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Narrator } from './narrator.ts';
import type { Target } from './target.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const files = ['ledger', 'payments', 'platform', 'storefront'];
const projects = ['ledger', 'payments', 'storefront'];

/** Projects of several teams converge. */
export async function tellOfProjects({ kubectl }: Target, narrator: Narrator): Promise<void> {
  narrator.chapter(`The example Projects, from examples/: ${files.join(', ')}`);
  await converge(kubectl);
  narrator.say(`\n${await kubectl.run('get', 'projects')}`);
}

async function converge(kubectl: Kubectl): Promise<void> {
  // The kind is new to the API server, which may refuse it for a moment.
  const all = files.flatMap((name) => ['-f', `${examples}${name}.yaml`]);
  await eventually(() => kubectl.run('apply', ...all));
  const names = projects.map((name) => `project/${name}`);
  try {
    await kubectl.run('wait', '--for=condition=Ready', ...names, '--timeout=120s');
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : error}\n${await kubectl.run('get', 'projects')}`,
    );
  }
}

/** A member of the team may not; whoever acts as the operator itself may, and does not get far. */
export async function tellOfAWall({ kubectl }: Target, narrator: Narrator): Promise<void> {
  narrator.chapter('Somebody tears down a wall of payments');
  const namespace = ['-n', 'payments-prod'];
  const first = ['get', 'networkpolicies', ...namespace, '-o', 'jsonpath={.items[0].metadata.name}'];
  const name = await kubectl.run(...first);
  const remove = ['delete', 'networkpolicy', name, ...namespace];

  narrator.say(`  $ kubectl ${remove.join(' ')} --as=mallory --as-group=payments-team`);
  const refused = await kubectl.attempt([...remove, '--as=mallory', '--as-group=payments-team']);
  if (refused.code === 0) throw new Error('a member of the team could delete a wall');
  narrator.say(`  ${refused.stderr.trim()}`);

  const uid = () => kubectl.run('get', 'networkpolicy', name, ...namespace, '-o', 'jsonpath={.metadata.uid}');
  const before = await uid();
  const operator = '--as=system:serviceaccount:mainstay-system:mainstay';
  narrator.say(`  $ kubectl ${remove.join(' ')} ${operator}`);
  await kubectl.run(...remove, '--wait=false', operator);
  await eventually(async () => {
    if ((await uid()) === before) throw new Error(`${name} has not been deleted`);
  });
  narrator.done(`${name} is back`);
}
