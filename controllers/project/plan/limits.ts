import type { Desired } from '../../../operator/client/client.ts';
import type { LimitRange } from '../../../operator/resources/builtin.ts';
import type { Environment } from './environment.ts';
import type { Marked } from './marks.ts';

/** The LimitRange of an environment: what a container gets that says nothing, and the least and most that it may say. */
export function planLimitRange(environment: Environment, marked: Marked): Desired<LimitRange> | undefined {
  if (environment.limits === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: marked('mainstay-limits'),
    spec: { limits: [{ type: 'Container', ...environment.limits }] },
  };
}
