import { expect } from 'vitest';
import type { ClusterOptions } from '../../../cluster/index.ts';
import { group, version } from '../../../crds/group.ts';
import { until } from '../../eventually.ts';
import { done, grantEverywhere } from '../admission/installed.ts';
import { type Answer, type Api, type Manifest, openApi, type Person } from '../admission/people.ts';
import { type Installation, installMainstay } from '../project/installation.ts';

/** A cluster with Mainstay as people install it, the operator running with its rights alone, and people in it. */
export interface Stage extends AsyncDisposable {
  readonly here: Installation;
  readonly api: Api;
  /** A cluster administrator, whom the policies hold like everybody. */
  readonly admin: Person;
  /** May write every Project, and do nothing else whatever. */
  readonly mallory: Person;
}

/** Sets the stage; resolves once the policies hold and mallory has her rights. */
export async function setStage(settings: object = {}, options: ClusterOptions = {}): Promise<Stage> {
  const here = await installMainstay(settings, options);
  const api = await openApi(here.cluster.kubeconfig);
  const admin = api.as('admin', 'system:masters');
  const mallory = api.as('mallory');
  await done(admin.apply(grantEverywhere('mainstay-project-editor', 'mallory')));
  await until('mallory may write Projects, and the policies hold', async () => {
    const answer = await mallory.create(project('probe', { owners: [user('mallory')] }), dry);
    return answer.message.includes('may not grant the role admin');
  });
  return {
    here,
    api,
    admin,
    mallory,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await here[Symbol.asyncDispose]();
    },
  };
}

/** For requests of which only the answer matters. */
export const dry = '?dryRun=All';

export const user = (name: string) => ({ kind: 'User', name }) as const;
export const grant = (role: string, name: string) => ({ role, subjects: [user(name)] });

export function project(name: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
  return {
    apiVersion: `${group}/${version}`,
    kind: 'Project',
    metadata: { name },
    spec: { environments: [{ name: 'dev' }], ...spec },
  };
}

/** Expects every one of these to be refused, for that reason: by RBAC, by a policy or by the schema. */
export async function allRefused(
  attempts: Readonly<Record<string, Promise<Answer>>>,
  because: RegExp,
): Promise<void> {
  for (const [what, attempt] of Object.entries(attempts)) {
    const { status, message } = await attempt;
    expect([what, status, message]).toEqual([
      what,
      expect.toBeOneOf([403, 422]),
      expect.stringMatching(because),
    ]);
  }
}
