import { expect, test } from 'vitest';
import { annotations } from '../../../crds/project/names.ts';
import type { Namespace } from '../../../operator/resources/builtin.ts';
import { aHeldNamespace, aNamespace, aProject, aRetainedNamespace } from '../builders.ts';
import type { Project } from '../project.ts';
import { type ClaimContext, claimOf } from './claim.ts';
import { environmentsOf } from './environment.ts';

const adopting = aProject('payments', {
  environments: [{ name: 'legacy', namespace: 'old-payments', adopt: true }],
});
const naming = aProject('payments', { environments: [{ name: 'legacy', namespace: 'old-payments' }] });
const other = aProject('ledger');
const offered = { annotations: { [annotations.adoptableBy]: 'payments' } };
const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };

function claim(project: Project, namespace: Namespace | undefined, context: Partial<ClaimContext> = {}) {
  const [environment] = environmentsOf(project, 'admin');
  if (environment === undefined) throw new Error('a Project has an environment');
  const existing = new Set([project.metadata.uid, other.metadata.uid]);
  return claimOf({
    project,
    environment,
    namespace,
    projectExists: (uid) => existing.has(uid),
    protectedNamespaces: ['kube-*', 'default', 'mainstay-system'],
    ...context,
  });
}

test.each<[string, Project, Namespace | undefined, object]>([
  ['nobody has the name', naming, undefined, { state: 'Free' }],
  ['the Project holds it', naming, aHeldNamespace('old-payments', naming, 'legacy'), { state: 'Held' }],
  [
    'the Project holds it and it goes',
    naming,
    aHeldNamespace('old-payments', naming, 'legacy', going),
    { state: 'Terminating' },
  ],
  [
    'it exists and adoption is not asked for',
    naming,
    aNamespace('old-payments', offered),
    { state: 'Refused', reason: 'NamespaceNotAdoptable', message: expect.stringContaining('adopt: true') },
  ],
  [
    'adoption is asked for but not offered',
    adopting,
    aNamespace('old-payments'),
    {
      state: 'Refused',
      reason: 'NamespaceNotAdoptable',
      message: expect.stringContaining(
        'kubectl annotate namespace old-payments mainstay.dev/adoptable-by=payments',
      ),
    },
  ],
  [
    'it is offered to another Project',
    adopting,
    aNamespace('old-payments', { annotations: { [annotations.adoptableBy]: 'ledger' } }),
    { state: 'Refused', reason: 'NamespaceNotAdoptable' },
  ],
  [
    'adoption is asked for and offered',
    adopting,
    aNamespace('old-payments', offered),
    { state: 'Takeable', how: 'Adopted' },
  ],
  [
    'an adoptable one goes',
    adopting,
    aNamespace('old-payments', { ...offered, ...going }),
    { state: 'Terminating' },
  ],
  [
    'it was kept for this Project',
    naming,
    aRetainedNamespace('old-payments', 'payments'),
    { state: 'Takeable', how: 'Returned' },
  ],
  [
    'it was kept for another Project',
    naming,
    aRetainedNamespace('old-payments', 'ledger'),
    { state: 'Refused', reason: 'NamespaceNotAdoptable' },
  ],
  [
    'another Project holds it, though it is offered',
    adopting,
    aHeldNamespace('old-payments', other, 'dev', offered),
    { state: 'Refused', reason: 'NamespaceHeld', message: expect.stringContaining('Project ledger') },
  ],
  [
    'the same Project held it under an earlier UID',
    naming,
    aHeldNamespace('old-payments', aProject('payments', {}, { uid: 'earlier' }), 'legacy'),
    { state: 'Takeable', how: 'Returned' },
  ],
  [
    'another Project that is gone held it',
    naming,
    aHeldNamespace('old-payments', aProject('gone'), 'dev'),
    { state: 'Refused', reason: 'NamespaceNotAdoptable' },
  ],
  [
    'the marks are forged by somebody else',
    naming,
    aNamespace('old-payments', { labels: { 'mainstay.dev/owner': 'uid-of-payments' } }),
    { state: 'Refused', reason: 'NamespaceNotAdoptable' },
  ],
  [
    'the note that it was kept is forged',
    naming,
    aNamespace('old-payments', { annotations: { [annotations.retainedFor]: 'payments' } }),
    { state: 'Refused', reason: 'NamespaceNotAdoptable' },
  ],
])('%s', (_case, project, namespace, expected) => {
  expect(claim(project, namespace)).toMatchObject(expected);
});

test.each(['kube-system', 'kube-anything', 'default', 'mainstay-system'])('%s is never taken', (name) => {
  const project = aProject('payments', { environments: [{ name: 'legacy', namespace: name, adopt: true }] });
  expect(claim(project, aNamespace(name, offered))).toMatchObject({ reason: 'NamespaceProtected' });
  expect(claim(project, undefined)).toMatchObject({ reason: 'NamespaceProtected' });
});
