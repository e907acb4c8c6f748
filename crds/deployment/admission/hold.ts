import { literal } from '../../admission/policy.ts';
import type { MutatingPolicy } from '../../project/admission.ts';
import { finalizer } from '../names.ts';
import { mutation } from './mutation.ts';
import { written } from './rules.ts';

const ours = literal(finalizer);

/**
 * Gives a Deployment its finalizer when it is made. The operator would set it otherwise, by a write of its own that costs
 * the API server as much as the creation did; it still does where the finalizer is missing.
 */
export const hold: readonly MutatingPolicy[] = mutation(
  'mainstay-deployment-hold',
  'A Deployment of Mainstay has its finalizer from the first moment on, so that its pods do not go with its definition.',
  {
    on: { ...written, operations: ['CREATE'] },
    when: { name: 'not-held', expression: `!(${ours} in object.metadata.?finalizers.orValue([]))` },
    patch: [
      `has(object.metadata.finalizers) ? [JSONPatch{op: 'add', path: '/metadata/finalizers/-', value: ${ours}}]`,
      `[JSONPatch{op: 'add', path: '/metadata/finalizers', value: [${ours}]}]`,
    ].join(' : '),
  },
);
