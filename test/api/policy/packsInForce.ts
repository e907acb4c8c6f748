import { compile } from '../../../controllers/policy/compile/index.ts';
import type { Manifest, PackPolicy } from '../../policies/packs.ts';
import { done } from '../admission/installed.ts';
import type { Person } from '../admission/people.ts';
import { facts, type Stage } from './stage.ts';

/**
 * The Policies of all packs in force at once, each for the objects that carry its label only, so that what one says is told
 * from what the others say.
 */

/** What becomes of what violates it, by another label. */
export type Answer = 'Deny' | 'Warn';

const labels = { policy: 'packs.test/policy', answer: 'packs.test/answer' };

/** An object as one Policy is asked about it. */
export function asked(object: Manifest, policy: string, answer: Answer): Manifest {
  const { metadata } = object;
  const own = metadata.labels as object | undefined;
  return {
    ...object,
    metadata: { ...metadata, labels: { ...own, [labels.policy]: policy, [labels.answer]: answer } },
  };
}

/** Takes them away again at the end. */
export async function putInForce(
  policies: readonly PackPolicy[],
  admin: Person,
  stage: Stage,
): Promise<AsyncDisposable> {
  const made: Manifest[] = [];
  for (const { name, spec } of policies) {
    const { objects } = compile([{ name, spec, enforcement: 'Deny', proven: true }], facts());
    for (const object of objects) {
      for (const manifest of narrowed(object, name)) {
        await done(admin.create(manifest));
        made.push(manifest);
      }
    }
  }
  await stage.put([]);
  return {
    [Symbol.asyncDispose]: async () => {
      for (const manifest of made.toReversed()) await admin.remove(manifest);
    },
  };
}

type Compiled = ReturnType<typeof compile>['objects'][number];

function narrowed(object: Compiled, policy: string): readonly Manifest[] {
  const metadata = { name: object.metadata.name };
  if (object.kind === 'ValidatingAdmissionPolicy') {
    const { matchConstraints } = object.spec;
    const matchLabels = { ...matchConstraints.objectSelector.matchLabels, [labels.policy]: policy };
    const objectSelector = { ...matchConstraints.objectSelector, matchLabels };
    const spec = { ...object.spec, matchConstraints: { ...matchConstraints, objectSelector } };
    return [{ ...object, metadata, spec }];
  }
  // Fixes are no part of a verdict.
  if (object.kind !== 'ValidatingAdmissionPolicyBinding') return [];
  return (['Deny', 'Warn'] as const).map((answer) => ({
    ...object,
    metadata: { name: `${metadata.name}-${answer.toLowerCase()}` },
    spec: {
      ...object.spec,
      validationActions: [answer],
      matchResources: { objectSelector: { matchLabels: { [labels.answer]: answer } } },
    },
  }));
}
