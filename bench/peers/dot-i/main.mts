/** A peer of the bench: Mainstay's Project controller on @dot-i/k8s-operator, the way its README shows. */
import { readFileSync } from 'node:fs';
import framework, { type OperatorLogger, type ResourceEvent, type ResourceMeta } from '@dot-i/k8s-operator';
import { CoreV1Api, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { namespaceOf, objectsOf, type Project, type Source } from './objects.mts';

const sharedNamespace = 'bench-shared';

class ProjectOperator extends framework.default {
  readonly #objects = KubernetesObjectApi.makeApiClient(this.kubeConfig);
  readonly #sources = new Map<string, Source>();

  protected async init(): Promise<void> {
    await this.#loadSources();
    await this.watchResource('mainstay.dev', 'v1alpha1', 'projects', async (event) => {
      try {
        if (event.type !== 'ADDED' && event.type !== 'MODIFIED') return;
        // Namespaces are retained, so there is nothing to do when a Project goes.
        if (await this.handleResourceFinalizer(event, 'mainstay.dev/project', async () => {})) return;
        await this.#modified(event);
      } catch (error) {
        console.error(`${event.meta.name}: ${messageOf(error)}`);
      }
    });
  }

  /** The framework can watch Secrets by namespace only, and its one queue has no order between watches: read once. */
  async #loadSources(): Promise<void> {
    const api = this.kubeConfig.makeApiClient(CoreV1Api);
    const shared = 'mainstay.dev/shared=true';
    const { body } = await api.listNamespacedSecret(
      sharedNamespace,
      undefined,
      undefined,
      undefined,
      undefined,
      shared,
    );
    for (const { metadata, type, data } of body.items) {
      this.#sources.set(metadata?.name ?? '', { ...(type && { type }), ...(data && { data }) });
    }
  }

  async #modified({ object, meta }: ResourceEvent): Promise<void> {
    const project = object as Project;
    if (project.status?.observedGeneration === project.metadata.generation) return;
    await Promise.all(
      project.spec.environments.map(async (environment) => {
        const [namespace, ...contents] = objectsOf(project, environment, this.#sources);
        await this.#apply(namespace);
        await Promise.all(contents.map((content) => this.#apply(content)));
      }),
    );
    await this.#report(meta, project);
  }

  async #apply(object: KubernetesObject): Promise<void> {
    const headers = { 'Content-Type': 'application/apply-patch+yaml' };
    await this.#objects.patch(object, undefined, undefined, 'mainstay-bench', true, { headers });
  }

  /** By patch, since the operator's ServiceAccount may do no more. */
  async #report(meta: ResourceMeta, { metadata, spec }: Project): Promise<void> {
    const about = {
      observedGeneration: metadata.generation,
      lastTransitionTime: `${new Date().toISOString().slice(0, 19)}Z`,
      reason: 'AsDesired',
      message: `All ${spec.environments.length} environments stand`,
    };
    await this.patchResourceStatus(meta, {
      observedGeneration: metadata.generation,
      conditions: [
        { type: 'Ready', status: 'True', ...about },
        { type: 'Reconciling', status: 'False', ...about },
      ],
      environments: spec.environments.map((environment) => ({
        name: environment.name,
        namespace: namespaceOf(metadata.name, environment),
        ready: true,
        reason: about.reason,
      })),
    });
  }
}

/** client-node's errors say nothing but "HTTP request failed"; the answer is in their body. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { body } = error as { readonly body?: { readonly message?: string } };
  return body?.message ?? error.message;
}

function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`;
}

if (process.argv.includes('--version')) {
  const parts = ['@dot-i/k8s-operator', '@kubernetes/client-node'].map(versionOf);
  console.log([...parts, `node ${process.version}`].join(', '));
} else {
  const logger: OperatorLogger = {
    debug: () => {},
    info: (message) => console.error(message),
    warn: (message) => console.error(message),
    error: (message) => console.error(message),
  };
  const operator = new ProjectOperator(logger);
  await operator.start();
  const exit = () => {
    operator.stop();
    process.exit(0);
  };
  process.on('SIGTERM', exit).on('SIGINT', exit);
}
