import { finalizer } from '../../../crds/deployment/names.ts';
import { isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { kindIsServed } from '../../../operator/client/kindIsServed.ts';
import type { ReconcileContext, ReconcileResult } from '../../../operator/controller/reconciler.ts';
import { type Deployment, deployments } from '../deployment.ts';
import { type ReleaseParts, release } from './release.ts';

/**
 * Without the finalizer its pods would go with its definition. It is there from the beginning where the API server sets it
 * (`crds/deployment/admission/hold.ts`). True if it had to be set.
 */
export async function hold(
  client: Client,
  deployment: Deployment,
  { signal }: ReconcileContext,
): Promise<boolean> {
  const { finalizers = [] } = deployment.metadata;
  if (finalizers.includes(finalizer)) return false;
  await setFinalizers(client, deployment, [...finalizers, finalizer], signal);
  return true;
}

/** What a Deployment made goes with it, by the garbage collector; or it runs on, under an `apps/v1` Deployment. */
export async function end(
  parts: ReleaseParts,
  deployment: Deployment,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { client } = parts;
  const { signal } = context;
  const { finalizers = [] } = deployment.metadata;
  if (!finalizers.includes(finalizer)) return {};
  const releases =
    deployment.spec.deletionPolicy === 'Release' || !(await kindIsServed(client, deployments, signal));
  const wait = releases ? await release(parts, deployment, context) : undefined;
  if (wait !== undefined) return { requeueAfter: wait };
  await setFinalizers(
    client,
    deployment,
    finalizers.filter((name) => name !== finalizer),
    signal,
  ).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  return {};
}

/** On condition that nobody has changed the Deployment meanwhile. */
async function setFinalizers(
  client: Client,
  { metadata: { name, namespace = '', uid, resourceVersion } }: Deployment,
  finalizers: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const body = { metadata: { uid, resourceVersion, finalizers } };
  await client.patch(deployments, { name, namespace }, { type: 'merge', body }, { signal });
}
