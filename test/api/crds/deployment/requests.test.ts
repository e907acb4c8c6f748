import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { deploymentAdmission } from '../../../../crds/deployment/admission.ts';
import { deploymentKind } from '../../../../crds/deployment/kind.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import { until } from '../../../eventually.ts';
import { clusterRole, done, grantIn } from '../../admission/installed.ts';
import { type Answer, type Api, type Manifest, openApi, type Person } from '../../admission/people.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { openServer, type Server } from '../server.ts';
import { deploymentWith } from './deployments.ts';

/** Who asked something of a Deployment is written by the API server, and RBAC says who may. */

const definition = customResourceDefinition(deploymentKind);
// Without what holds them: nobody here lets them go.
const policies: readonly Manifest[] = deploymentAdmission
  .filter(({ metadata: { name } }) => name.includes('request'))
  .map((object) => ({ ...object }));
const stamp = policies.filter(({ kind }) => kind.startsWith('Mutating'));
const writes = {
  apiGroups: ['mainstay.dev'],
  resources: ['deployments'],
  verbs: ['get', 'create', 'update', 'patch', 'delete'],
};
const may = (...verbs: readonly string[]) => ({
  apiGroups: ['mainstay.dev'],
  resources: ['deployments'],
  verbs,
});
/** Each may write Deployments, and ask for what the role has verbs for. */
const roles = {
  writer: [writes],
  promoter: [writes, may('promote', 'pause')],
  watchman: [writes, may('abort', 'rollback')],
} as const;
const setup = Object.entries(roles).flatMap(([name, rules]) => [
  clusterRole(`deployment-${name}`, ...rules),
  grantIn('default', `deployment-${name}`, name),
]);

let server: Server;
let api: Api;
let admin: Person;
let writer: Person;
let promoter: Person;
let watchman: Person;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  api = await openApi(sharedKubeconfig());
  admin = api.as('admin', 'system:masters');
  [writer, promoter, watchman] = [api.as('writer'), api.as('promoter'), api.as('watchman')];
  for (const object of [...setup, ...policies]) await done(admin.apply(object));
  await inForce();
  await until('the people have their rights', async () => {
    const answers = await Promise.all([promoter, watchman].map((one) => one.get(asked('probe'))));
    const probe = await promoter.create(asked('probe', promote), '?dryRun=All');
    return answers.every(({ status }) => status === 404) && probe.status === 201;
  });
});
afterAll(async () => {
  for (const object of policies.toReversed()) await admin.remove(object);
  await until('no policy is in force', async () => {
    const free = await writer.create(asked('probe', { ...promote, by: 'ceo' }), '?dryRun=All');
    return JSON.stringify(free.body.spec ?? {}).includes('"by":"ceo"');
  });
  for (const object of setup.toReversed()) await admin.remove(object);
  await admin.removeAll(asked('any'));
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const promote = { id: 'a1', verb: 'Promote', revision: 3 };
const named = { id: 'a1', verb: 'Promote', revision: 3, by: 'promoter' };

/** A Deployment with a request in it. */
function asked(name: string, request?: object): Manifest {
  return {
    ...deploymentWith(
      { 'spec.request': request, 'spec.adopt': undefined, 'spec.deletionPolicy': undefined },
      'plain',
    ),
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
  };
}

const change = (who: Person, name: string, request: object | null) =>
  who.patch(asked(name), { spec: { request } });

const answerSpec = z.looseObject({ request: z.unknown().optional() });
async function requestOf(answer: Promise<Answer> | Answer): Promise<unknown> {
  return answerSpec.parse((await answer).body.spec).request;
}

async function inForce(): Promise<void> {
  await until('both policies are in force', async () => {
    const forged = await writer.create(asked('probe', promote), '?dryRun=All');
    const stamped = await admin.create(asked('probe', promote), '?dryRun=All');
    const guarded = forged.message.includes('needs the verb promote');
    return guarded && JSON.stringify(stamped.body.spec).includes('"by":"admin"');
  });
}

describe('who asked', () => {
  beforeEach(async () => {
    await admin.remove(asked('shop'));
    await done(promoter.create(asked('shop', promote)));
  });

  it('is written where a Deployment is created with a request', async () => {
    expect(await requestOf(admin.get(asked('shop')))).toEqual(named);
  });

  it('is written when something new is asked, in place of who asked before', async () => {
    await done(change(watchman, 'shop', { id: 'a2', verb: 'Abort' }));
    expect(await requestOf(admin.get(asked('shop')))).toEqual({
      ...{ id: 'a2', verb: 'Abort', revision: 3 },
      by: 'watchman',
    });
  });

  it('is nobody else, whatever was given', async () => {
    const answer = await done(change(promoter, 'shop', { ...promote, id: 'a3', by: 'ceo' }));
    expect(await requestOf(answer)).toEqual({ ...promote, id: 'a3', by: 'promoter' });
  });

  it('stays when somebody else changes something else', async () => {
    await done(writer.patch(asked('shop'), { spec: { replicas: 4 } }));
    expect(await requestOf(admin.get(asked('shop')))).toEqual(named);
  });

  it('stays where a manifest without it is put in its place, or with another name in it', async () => {
    for (const given of [promote, { ...promote, by: 'writer' }]) {
      const { body } = await admin.get(asked('shop'));
      const { resourceVersion } = body.metadata ?? {};
      const whole = asked('shop', given);
      const answer = writer.replace({ ...whole, metadata: { ...whole.metadata, resourceVersion } });
      expect(await requestOf(await done(answer))).toEqual(named);
    }
  });

  it('stays where a manifest without it is applied again, by the server too', async () => {
    await done(promoter.apply(asked('shop', promote), 'argocd'));
    await done(promoter.apply(asked('shop', promote), 'argocd'));
    expect(await requestOf(admin.get(asked('shop')))).toEqual(named);
  });
});

describe('what was asked', () => {
  beforeEach(async () => {
    await admin.remove(asked('shop'));
    await done(promoter.create(asked('shop', promote)));
  });

  it.for([
    ['another verb', { verb: 'PromoteAll' }],
    ['another revision', { revision: 4 }],
    ['a step', { step: 2 }],
  ] as const)('changes only with a new id: %s', async ([, part]) => {
    const answer = await change(promoter, 'shop', part);
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.message).toContain('changes only together with its id: give it a new id');
    await done(change(promoter, 'shop', { ...part, id: 'a4' }));
  });

  it('is taken back by whoever may write the Deployment', async () => {
    await done(change(writer, 'shop', null));
    expect(await requestOf(admin.get(asked('shop')))).toBeUndefined();
  });
});

describe('who may ask', () => {
  beforeAll(async () => {
    await admin.remove(asked('shop'));
    await done(writer.create(asked('shop')));
  });

  it.for([
    ['Promote', 'promote', 'promoter'],
    ['PromoteAll', 'promote', 'promoter'],
    ['Pause', 'pause', 'promoter'],
    ['Resume', 'pause', 'promoter'],
    ['Abort', 'abort', 'watchman'],
    ['Rollback', 'rollback', 'watchman'],
    ['Retry', 'retry', 'admin'],
  ] as const)('%s: whoever holds the verb %s, and nobody else', async ([verb, right, holder]) => {
    const request = { id: `b-${verb}`, verb, revision: 3 };
    for (const [name, person] of Object.entries({ writer, promoter, watchman, admin })) {
      const { status, message } = await person.patch(asked('shop'), { spec: { request } }, '?dryRun=All');
      const allowed = name === holder || name === 'admin';
      expect([name, status]).toEqual([name, allowed ? 200 : 403]);
      if (!allowed) {
        expect(message).toContain(
          `user ${name} may not ask to ${verb}: this needs the verb ${right} on deployments.mainstay.dev in the namespace default`,
        );
      }
    }
  });

  it('a Deployment cannot be created with a request by whoever may not ask', async () => {
    expect(await writer.create(asked('sneaked', promote), '?dryRun=All')).toMatchObject({ status: 403 });
  });

  it('nobody needs a right for what they do not ask', async () => {
    await done(change(promoter, 'shop', promote));
    await done(writer.patch(asked('shop'), { metadata: { labels: { a: 'b' } }, spec: { paused: true } }));
  });
});

describe('where nothing is written at admission, as before Kubernetes 1.36', () => {
  beforeAll(async () => {
    await admin.remove(asked('shop'));
    for (const object of stamp.toReversed()) await done(admin.remove(object));
    await until('nothing is written', async () => {
      const { body } = await promoter.create(asked('probe', promote), '?dryRun=All');
      return !JSON.stringify(body.spec).includes('"by"');
    });
    await done(promoter.create(asked('shop', promote)));
  });
  afterAll(async () => {
    for (const object of stamp) await done(admin.apply(object));
    await inForce();
  });

  it("nobody asks in another's name", async () => {
    const answer = await change(promoter, 'shop', { ...promote, id: 'c1', by: 'ceo' });
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain('spec.request.by says who asked, which is promoter: leave it out');
    await done(change(promoter, 'shop', { ...promote, id: 'c1', by: 'promoter' }));
  });

  it("nobody puts another's name beside what was asked", async () => {
    const answer = await change(promoter, 'shop', { by: 'ceo' });
    expect(answer).toMatchObject({ status: 422 });
  });
});
