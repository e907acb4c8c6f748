import { expect, test } from 'vitest';
import { aNamespace } from '../builders.ts';
import { remainingContent } from './remaining.ts';

const at = { lastTransitionTime: '2026-01-01T00:00:00Z' };

function terminating(conditions: readonly { type: string; message: string }[]) {
  return {
    ...aNamespace('old'),
    status: {
      phase: 'Terminating',
      conditions: conditions.map((found) => ({ ...at, status: 'True', reason: 'R', ...found })),
    },
  };
}

const remaining = (message: string) => [{ type: 'NamespaceContentRemaining', message }];

test.each([
  [
    'only RoleBindings',
    'Some resources are remaining: rolebindings.rbac.authorization.k8s.io has 2 resource instances',
    true,
  ],
  [
    'a pod as well',
    'Some resources are remaining: pods. has 1 resource instances, rolebindings.rbac.authorization.k8s.io has 2 resource instances',
    false,
  ],
  [
    'a custom resource alone',
    'Some resources are remaining: widgets.example.com has 1 resource instances',
    false,
  ],
  ['nothing that can be read', 'Some resources are remaining: ', false],
])('%s remains', (_case, message, onlyRoleBindings) => {
  expect(remainingContent(terminating(remaining(message)))).toMatchObject({
    state: 'Known',
    onlyRoleBindings,
  });
});

test('concludes nothing before the namespace controller has looked, nor where it could not look everywhere', () => {
  expect(remainingContent(terminating([]))).toMatchObject({ state: 'Unknown' });
  expect(
    remainingContent(
      terminating([
        ...remaining(
          'Some resources are remaining: rolebindings.rbac.authorization.k8s.io has 2 resource instances',
        ),
        { type: 'NamespaceDeletionDiscoveryFailure', message: 'Discovery failed for some groups' },
      ]),
    ),
  ).toMatchObject({ state: 'Unknown', message: 'Discovery failed for some groups' });
});

test('finalizers of the namespace itself are named, whatever is left in it', () => {
  const held = terminating([]);
  const metadata = { ...held.metadata, finalizers: ['example.com/backup'] };
  expect(remainingContent({ ...held, metadata }).message).toContain('example.com/backup');
});

test('what people have to remove is named, and our own finalizer is not', () => {
  const namespace = terminating([
    ...remaining(
      'Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com has 2 resource instances, rolebindings.rbac.authorization.k8s.io has 1 resource instances',
    ),
    {
      type: 'NamespaceFinalizersRemaining',
      message:
        'Some content in the namespace has finalizers remaining: example.com/hold in 3 resource instances, mainstay.dev/access in 1 resource instances',
    },
  ]);
  expect(remainingContent(namespace).message).toBe(
    'left in it are configmaps (1), widgets.example.com (2), held by the finalizers example.com/hold (3). Remove what does not go by itself; whoever has access keeps it until then',
  );
});
