import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries } from '../../../cluster/binaries/index.ts';
import { isUnaltered, operatorUser, shippedAdmission } from '../../../crds/project/admission.ts';
import { annotations, labels } from '../../../crds/project/names.ts';
import { installFile } from '../../../manifests/generate.ts';
import { installObjects } from '../../../manifests/install.ts';
import { until } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { done, grantIn, held, namespace } from './installed.ts';
import { type Api, type Manifest, openApi, type Person } from './people.ts';

const execute = promisify(execFile);
const objects: readonly Manifest[] = installObjects();
let api: Api;
let admin: Person;
let kubectl: (...words: readonly string[]) => Promise<string>;

beforeAll(async () => {
  const { kubectl: program } = await findBinaries(['kubectl']);
  kubectl = async (...words) => {
    const { stdout, stderr } = await execute(program, ['--kubeconfig', sharedKubeconfig(), ...words]);
    return stdout + stderr;
  };
  api = await openApi(sharedKubeconfig());
  admin = api.as('admin', 'system:masters');
});
afterAll(async () => {
  // The definition stays: deleting it would take away the Projects of whoever else uses this API server.
  const installed = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition');
  for (const object of installed.toReversed()) await admin.remove(object);
  await api[Symbol.asyncDispose]();
});

describe('kubectl apply -f manifests/dist/install.yaml', () => {
  it('installs everything at once, with no field unknown and no warning', async () => {
    const said = await kubectl('apply', '--validate=strict', '-f', installFile);
    // Another suite may have applied the definition by other means, which kubectl remarks upon.
    const lines = said.trim().split('\n');
    const remarks = lines.filter(
      (line) => !line.includes('is missing the kubectl.kubernetes.io/last-applied'),
    );
    expect(remarks).toHaveLength(objects.length);
    expect(remarks.every((line) => / (created|configured|unchanged)$/.test(line))).toBe(true);
    for (const object of objects)
      expect([object.kind, (await admin.get(object)).status]).toEqual([object.kind, 200]);
  });

  it('changes nothing the second time, by either kind of apply', async () => {
    // A Deployment's generation counts its annotations too, of which kubectl keeps one: so what is said is compared.
    const contents = async () => {
      const answers = await Promise.all(objects.map((object) => admin.get(object)));
      return answers.map(({ body: { metadata, status, ...content } }) => [metadata?.uid, content]);
    };
    const before = await contents();
    await kubectl('apply', '--validate=strict', '-f', installFile);
    await kubectl('apply', '--server-side', '--force-conflicts', '-f', installFile);
    expect(await contents()).toEqual(before);
  });

  it('brings policies that the operator will find unaltered, and that nothing in them is warned of', async () => {
    const { policies, bindings } = shippedAdmission();
    for (const shipped of [...policies, ...bindings]) {
      const { body } = await admin.get({ ...shipped });
      expect([shipped.metadata.name, isUnaltered(body, shipped)]).toEqual([shipped.metadata.name, true]);
      expect(JSON.stringify(body)).not.toContain('expressionWarnings');
    }
  });

  it('makes pods that the restricted namespace lets in', async () => {
    await until('the Deployment has its pods', async () => {
      return (await kubectl('-n', 'mainstay-system', 'get', 'pods', '-o', 'name')).split('pod/').length === 3;
    });
  });

  it('can be made stronger than it is by nobody in the namespace: a privileged pod is refused', async () => {
    const pod: Manifest = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'privileged', namespace: 'mainstay-system' },
      spec: { containers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }] },
    };
    expect(await admin.create(pod, '?dryRun=All')).toMatchObject({ status: 403 });
  });
});

describe('the operator, with exactly its rights', () => {
  let operator: Person;
  const environment = namespace('install-prod', held());
  const mark = { [labels.owner]: held().labels[labels.owner] };
  const binding = (role: string): Manifest => {
    const object = grantIn('install-prod', role, 'jo');
    return { ...object, metadata: { ...object.metadata, labels: mark } };
  };
  const secret: Manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'own', namespace: 'install-prod' },
  };

  beforeAll(async () => {
    operator = api.as(
      operatorUser,
      'system:serviceaccounts',
      'system:serviceaccounts:mainstay-system',
      'system:authenticated',
    );
    await until('its rights are in force', async () => (await operator.list(environment)).status === 200);
    await done(operator.apply(environment, 'mainstay'));
  });
  afterAll(async () => {
    await admin.remove(environment);
  });

  it.each(['admin', 'edit', 'view'])('binds the role %s', async (role) => {
    await done(operator.apply(binding(role), 'mainstay'));
    await done(operator.remove(binding(role)));
  });

  it.each([
    'cluster-admin',
    'system:node',
    'mainstay-project-privileged',
  ])('cannot bind the role %s', async (role) => {
    expect(await operator.apply(binding(role), 'mainstay')).toMatchObject({ status: 403 });
  });

  it('acts in the namespaces of Projects alone', async () => {
    const foreign = namespace('install-foreign');
    await done(admin.create(foreign));
    for (const namespaceName of ['kube-system', 'default', 'mainstay-system', 'install-foreign']) {
      const there = { namespace: namespaceName, labels: mark };
      const bound = { ...binding('admin'), metadata: { ...binding('admin').metadata, ...there } };
      const filled = { ...secret, metadata: { name: 'own', ...there } };
      for (const object of [bound, filled])
        expect([namespaceName, await operator.create(object)]).toMatchObject([
          namespaceName,
          { status: 403, message: expect.stringContaining('mainstay-operator') },
        ]);
    }
    await admin.remove(foreign);
  });

  it('takes no namespace that was not offered, nor offers itself one', async () => {
    const foreign = namespace('install-taken');
    await done(admin.create(foreign));
    const offer = { [annotations.adoptableBy]: 'payments' };
    for (const metadata of [
      held(),
      { labels: { [labels.owner]: 'anything' } },
      { annotations: offer },
      { annotations: { [annotations.retainedFor]: 'payments' } },
    ])
      expect([metadata, await operator.patch(foreign, { metadata })]).toMatchObject([
        metadata,
        { status: 403 },
      ]);
    expect(await operator.remove(foreign)).toMatchObject({ status: 403 });
    await done(admin.patch(foreign, { metadata: { annotations: { [annotations.adoptableBy]: 'other' } } }));
    expect(await operator.patch(foreign, { metadata: held() })).toMatchObject({ status: 403 });
    await done(admin.patch(foreign, { metadata: { annotations: offer } }));
    await done(operator.patch(foreign, { metadata: held() }));
    await done(operator.remove(foreign));
  });

  it('cannot give itself more', async () => {
    const role = objects.find(({ kind }) => kind === 'ClusterRole');
    if (role === undefined) throw new Error('no role is installed');
    expect(await operator.patch(role, { rules: [] })).toMatchObject({ status: 403 });
  });

  it('looks at definitions, and changes none', async () => {
    const definition = objects.find(({ kind }) => kind === 'CustomResourceDefinition');
    if (definition === undefined) throw new Error('no definition is installed');
    await done(operator.list(definition));
    expect(await operator.patch(definition, { spec: {} })).toMatchObject({ status: 403 });
    expect(await operator.remove(definition)).toMatchObject({ status: 403 });
  });
});
