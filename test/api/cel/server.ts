import * as z from 'zod';
import { until } from '../../eventually.ts';
import { done } from '../admission/installed.ts';
import type { Manifest, Person } from '../admission/people.ts';

export type Verdict = 'true' | 'false' | 'error';

/**
 * So many expressions to a policy: each that does not fail is told by a warning of some 70 characters, and the API server
 * gives no more than 4,096 to an answer.
 */
export const expressionsAPolicy = 50;

const causes = z.looseObject({
  details: z.looseObject({
    causes: z.array(z.looseObject({ field: z.string().optional(), message: z.string().optional() })),
  }),
});

/** What the API server has against each of some expressions, by index; nothing against most. */
export async function refusals(
  admin: Person,
  expressions: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const answer = await admin.create(policy('refused', expressions, []), '?dryRun=All');
  if (answer.status < 300) return new Map();
  const refused = new Map<number, string>();
  for (const { field = '', message = '' } of causes.parse(answer.body).details.causes) {
    const index = /^spec\.variables\[(\d+)\]/.exec(field)?.[1];
    if (index === undefined) throw new Error(`unexpected: ${field}: ${message}`);
    refused.set(Number(index), message);
  }
  return refused;
}

/** Puts expressions, all of which compile, into force. They are asked of the objects that carry the policy's label. */
export async function install(
  admin: Person,
  name: string,
  expressions: readonly string[],
): Promise<AsyncDisposable> {
  // One policy tells what is true and the other what is false; where both are silent there was an error.
  const validations = expressions.flatMap((_, index) => [
    { expression: `variables.e${index} != true`, message: `t${index}` },
    { expression: `variables.e${index} == true`, message: `f${index}` },
  ]);
  const objects = [policy(name, expressions, validations), binding(name)];
  for (const object of objects) await done(admin.create(object));
  return {
    [Symbol.asyncDispose]: async () => {
      for (const object of objects) await admin.remove(object);
    },
  };
}

/** Waits until every policy that was installed before is asked: those come into force in the order of their creation. */
export async function allInForce(admin: Person, object: Manifest): Promise<void> {
  const name = 'last';
  await using _ = await install(admin, name, ['true']);
  await until('the last policy is in force', async () => {
    const answer = await admin.create(labelled(object, name), '?dryRun=All');
    return answer.status < 300 && answer.warnings.length > 0;
  });
}

/** What the API server makes of each expression of a policy, and the object that it saw. */
export async function verdicts(
  admin: Person,
  name: string,
  object: Manifest,
  count: number,
): Promise<{ readonly seen: unknown; readonly verdicts: readonly Verdict[] }> {
  const { status, message, warnings, body } = await admin.create(labelled(object, name), '?dryRun=All');
  if (status >= 300) throw new Error(`${status}: ${message}`);
  const told = new Set([...warnings.join().matchAll(/: ([tf]\d+)"/g)].map(([, outcome]) => outcome));
  return {
    seen: body,
    verdicts: Array.from({ length: count }, (_, index) =>
      told.has(`t${index}`) ? 'true' : told.has(`f${index}`) ? 'false' : 'error',
    ),
  };
}

function labelled(object: Manifest, policyName: string): Manifest {
  const labels = { ...(object.metadata.labels as object | undefined), cel: policyName };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function policy(name: string, expressions: readonly string[], validations: readonly object[]): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Ignore',
      matchConstraints: {
        objectSelector: { matchLabels: { cel: name } },
        resourceRules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            operations: ['CREATE'],
            resources: ['specimens', 'deployments', 'services'],
          },
        ],
      },
      variables: expressions.map((expression, index) => ({ name: `e${index}`, expression })),
      validations: validations.length > 0 ? validations : [{ expression: 'true' }],
    },
  };
}

function binding(name: string): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Warn'] },
  };
}
