import { seal } from '../../operator/apply/identity.ts';
import type { ChangeLog } from '../../operator/apply/writer.ts';
import { isConflict, isNotFound } from '../../operator/client/apiError.ts';
import type { Client, Desired, RequestOptions } from '../../operator/client/client.ts';
import { namespaces, resourceQuotas, roleBindings } from '../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import type { Resource } from '../../operator/resources/resource.ts';
import { identity } from './plan/marks.ts';
import type { Step } from './plan/step.ts';
import { type Project, projects } from './project.ts';
import type { StepFailure } from './status/troubles.ts';

export interface StepsMade {
  readonly made: readonly Step[];
  readonly failures: readonly StepFailure[];
}

/** Makes steps side by side, for a Project or for one that is gone. One that fails takes no other with it. */
export async function makeSteps(
  client: Client,
  project: Project | undefined,
  steps: readonly Step[],
  context: { readonly log: ChangeLog; readonly signal: AbortSignal },
): Promise<StepsMade> {
  const made: Step[] = [];
  const failures: StepFailure[] = [];
  await Promise.all(
    steps.map(async (step) => {
      try {
        await make(client, project, step, { signal: context.signal });
        context.log.info({ change: step.type, ...about(step) }, sentence(step));
        made.push(step);
      } catch (error) {
        context.signal.throwIfAborted();
        if (isNotFound(error) && endsIt(step)) made.push(step);
        else failures.push({ step, error: error instanceof Error ? error : new Error(String(error)) });
      }
    }),
  );
  return { made, failures };
}

/** Somebody else was faster: the next look shows what they did. */
export function isOvertaken({ error }: StepFailure): boolean {
  return isConflict(error) || isNotFound(error);
}

async function make(
  client: Client,
  project: Project | undefined,
  step: Step,
  options: RequestOptions,
): Promise<void> {
  const owner = { uid: project?.metadata.uid ?? '' };
  switch (step.type) {
    case 'SetFinalizers': {
      const { live, kind } = step.target;
      const { name, namespace, uid, resourceVersion } = live.metadata;
      const body = { metadata: { uid, resourceVersion, finalizers: step.finalizers } };
      const resource: Resource = kind === 'Project' ? projects : roleBindings;
      await client.patch(
        resource,
        namespace === undefined ? { name } : { name, namespace },
        { type: 'merge', body },
        options,
      );
      return;
    }
    case 'Take':
      await client.apply(namespaces, exactly(step.live, seal(identity, owner, step.desired)), options);
      return;
    case 'MoveQuota':
      await client.apply(resourceQuotas, exactly(step.live, seal(identity, owner, step.desired)), options);
      return;
    case 'Release':
      await client.apply(namespaces, exactly(step.live, step.desired), options);
      return;
    case 'DeleteNamespace':
      await remove(client, namespaces, step.live, options);
      return;
    case 'Prune':
      await remove(client, step.resource, step.live, options);
      return;
  }
}

/** What is desired, on condition that the object is still the one that was seen, unchanged. */
function exactly<T extends KubernetesObject>(live: T, desired: Desired<T>): Desired<T> {
  const { uid, resourceVersion } = live.metadata;
  return {
    ...desired,
    metadata: {
      ...desired.metadata,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}

async function remove(
  client: Client,
  resource: Resource,
  { metadata }: KubernetesObject,
  options: RequestOptions,
): Promise<void> {
  const { name, namespace, uid, resourceVersion } = metadata;
  await client.delete(resource, namespace === undefined ? { name } : { name, namespace }, {
    ...options,
    preconditions: {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    propagationPolicy: 'Background',
  });
}

/** Whether what the step is for has come about if the object is gone. */
function endsIt({ type }: Step): boolean {
  return type === 'DeleteNamespace' || type === 'Prune' || type === 'SetFinalizers';
}

/** The object that a step is about, as log lines name it. */
export function about(step: Step): {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
} {
  const live = step.type === 'SetFinalizers' ? step.target.live : step.live;
  const kind =
    step.type === 'Prune'
      ? step.resource.kind
      : step.type === 'SetFinalizers'
        ? step.target.kind
        : step.type === 'MoveQuota'
          ? 'ResourceQuota'
          : 'Namespace';
  const { name, namespace } = live.metadata;
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** What a step has done, for people. */
export function sentence(step: Step): string {
  const { kind, name, namespace } = about(step);
  const what = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  switch (step.type) {
    case 'SetFinalizers':
      return `${what} has finalizers [${step.finalizers.join(', ')}]`;
    case 'Take':
      return step.how === 'Adopted' ? `${what} was adopted` : `${what} was taken back`;
    case 'MoveQuota':
      return `${what} allows another share`;
    case 'Release':
      return `${what} was released and is kept`;
    case 'DeleteNamespace':
      return `${what} is being deleted`;
    case 'Prune':
      return `${what} was deleted, since nothing asks for it`;
  }
}
