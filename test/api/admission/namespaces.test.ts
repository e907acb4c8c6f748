import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, labels } from '../../../crds/project/names.ts';
import { until } from '../../eventually.ts';
import {
  clusterRole,
  done,
  grantEverywhere,
  held,
  type Installed,
  installAdmission,
  namespace,
} from './installed.ts';
import type { Person } from './people.ts';

let installed: Installed;
let operator: Person;
let admin: Person;
/** May do anything with namespaces, and nothing else. */
let holder: Person;
const role = clusterRole('namespaces-holder', {
  apiGroups: [''],
  resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
  verbs: ['*'],
});
const environment = namespace('namespaces-held', held('Strict'));
const retained = namespace('namespaces-retained', {
  labels: { [labels.project]: 'payments', [labels.environment]: 'old', [labels.isolation]: 'Strict' },
  annotations: { [annotations.retainedFor]: 'payments' },
});
const foreign = namespace('namespaces-foreign', { labels: { team: 'blue' } });

beforeAll(async () => {
  installed = await installAdmission();
  ({ operator, admin } = installed);
  holder = installed.api.as('namespaces-holder');
  await done(admin.apply(role));
  await done(admin.apply(grantEverywhere(role.metadata.name, 'namespaces-holder')));
  await until('the holder has rights', async () => (await holder.list(foreign)).status === 200);
  for (const object of [environment, retained, foreign]) await done(operator.apply(object, 'mainstay'));
});
afterAll(async () => {
  for (const object of [environment, retained, foreign]) await admin.remove(object);
  await admin.remove(grantEverywhere(role.metadata.name, 'namespaces-holder'));
  await admin.remove(role);
  await installed[Symbol.asyncDispose]();
});

const dry = '?dryRun=All';
const forgeries: readonly [string, object][] = [
  ['the Project that holds it', { labels: { [labels.owner]: 'b3f0c6de-0000-4000-8000-000000000666' } }],
  ["a Project's name", { labels: { [labels.project]: 'storefront' } }],
  ['an environment', { labels: { [labels.environment]: 'dev' } }],
  ['open walls', { labels: { [labels.isolation]: 'Open' } }],
  ['a mark that is not there yet', { labels: { 'mainstay.dev/tomorrow': 'yes' } }],
  ['the Project that takes it back', { annotations: { [annotations.retainedFor]: 'storefront' } }],
  ['what was desired last', { annotations: { [annotations.desired]: 'x' } }],
];

describe.each(forgeries)('the mark for %s', (_, metadata) => {
  it('is put on a namespace by the operator alone', async () => {
    for (const person of [holder, admin]) {
      for (const object of [environment, retained, foreign])
        expect(await person.patch(object, { metadata }, dry)).toMatchObject({ status: 403 });
      const created = await person.create(namespace('namespaces-forged', { ...metadata }), dry);
      expect(created).toMatchObject({ status: 403 });
      expect(created.message).toContain('are set by the operator alone');
    }
    await done(operator.patch(environment, { metadata }, dry));
  });
});

describe('a namespace that a Project holds', () => {
  it.each<[string, object]>([
    ['walls', { labels: { [labels.isolation]: null } }],
    ['owner', { labels: { [labels.owner]: null } }],
    ['marks, all at once', { labels: null }],
  ])('keeps its %s', async (_, metadata) => {
    for (const person of [holder, admin]) {
      const answer = await person.patch(environment, { metadata }, dry);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('the Project payments holds this namespace');
    }
    await done(operator.patch(environment, { metadata }, dry));
  });

  it.each<[string, object]>([
    ['loosened', { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } }],
    ['taken off', { labels: { 'pod-security.kubernetes.io/enforce': null } }],
    ['pinned to an old version', { labels: { 'pod-security.kubernetes.io/enforce-version': 'v1.20' } }],
  ])('does not get its pod security %s by others', async (_, metadata) => {
    for (const person of [holder, admin]) {
      const answer = await person.patch(environment, { metadata }, dry);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('is set by the Project payments');
    }
    await done(operator.patch(environment, { metadata }, dry));
  });

  it('keeps its marks and its pod security whichever subresource is written', async () => {
    const { body } = await done(admin.get(environment));
    for (const metadata of [
      { labels: { [labels.isolation]: 'Open' } },
      { labels: { [labels.owner]: 'another' } },
      { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    ])
      expect([metadata, await holder.patchStatus(environment, { metadata })]).toMatchObject([
        metadata,
        { status: 403 },
      ]);
    const open = { ...held().labels, [labels.isolation]: 'Open' };
    const whole = { ...environment, ...body, metadata: { ...environment.metadata, ...body.metadata } };
    const forged = { ...whole, metadata: { ...whole.metadata, labels: open } };
    expect(await holder.finalize(forged)).toMatchObject({ status: 403 });
    await done(holder.finalize(whole));
  });

  it('stays claimed by the operator whoever writes its managedFields', async () => {
    const whole = await done(admin.get(environment));
    const wiped = { metadata: { managedFields: [{}] } };
    for (const person of [holder, admin])
      expect(await person.patch(environment, wiped)).toMatchObject({ status: 403 });
    // By two applies: somebody else comes to own the label too, and then nobody but them.
    await done(holder.apply(environment, 'somebody'));
    const without = { ...environment.metadata, labels: { [labels.isolation]: 'Strict' } };
    const answer = await holder.apply({ ...environment, metadata: without }, 'mainstay');
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain('leave managedFields alone');
    expect((await admin.get(environment)).body.metadata?.labels).toEqual(whole.body.metadata?.labels);
  });

  it('takes the labels, annotations and finalizers of others', async () => {
    await done(
      holder.patch(environment, { metadata: { labels: { team: 'blue' }, annotations: { note: 'x' } } }, dry),
    );
    await done(holder.patch(environment, { metadata: { finalizers: ['example.com/backup'] } }, dry));
  });

  it('can be deleted, and then holds nobody up', async () => {
    const doomed = namespace('namespaces-doomed', { ...held(), finalizers: ['example.com/backup'] });
    await done(operator.apply(doomed));
    await done(holder.remove(doomed));
    await done(holder.patch(doomed, { metadata: { labels: { [labels.isolation]: null } } }));
    await done(holder.patch(doomed, { metadata: { finalizers: null } }));
    await until('it is gone', async () => (await admin.get(doomed)).status === 404);
  });
});

describe('a namespace that no Project holds', () => {
  it('keeps its walls when retained, until somebody who may change it takes them off', async () => {
    expect((await admin.get(retained)).body.metadata).toMatchObject({
      labels: { [labels.isolation]: 'Strict' },
    });
    await done(holder.patch(retained, { metadata: { labels: { [labels.isolation]: null } } }, dry));
    await done(
      holder.patch(retained, { metadata: { annotations: { [annotations.retainedFor]: null } } }, dry),
    );
  });

  it('has the pod security that its holder wants', async () => {
    const metadata = { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } };
    await done(holder.patch(foreign, { metadata }, dry));
  });

  it('is offered for adoption by whoever holds it, and by nobody else', async () => {
    const metadata = { annotations: { [annotations.adoptableBy]: 'payments' } };
    await done(holder.patch(foreign, { metadata }, dry));
    await done(holder.create(namespace('namespaces-offered', metadata), dry));
    expect(await installed.api.as('namespaces-nobody').patch(foreign, { metadata }, dry)).toMatchObject({
      status: 403,
    });
  });

  it('of the cluster itself is never matched', async () => {
    await done(
      admin.patch(namespace('kube-system'), { metadata: { labels: { [labels.isolation]: 'Open' } } }, dry),
    );
  });
});
