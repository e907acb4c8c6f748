import { addPolicyController } from '../../../controllers/policy/index.ts';
import { type Policy, policies } from '../../../controllers/policy/policy.ts';
import { policySettings } from '../../../controllers/policy/settings.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { policyKind } from '../../../crds/policy/kind.ts';
import { projectKind } from '../../../crds/project/kind.ts';
import {
  type HttpClient,
  isApiError,
  isNotFound,
  type KubernetesObject,
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicies,
} from '../../../operator/index.ts';
import { eventually, type Patience, until } from '../../eventually.ts';
import type { Kubectl } from '../../kubectl.ts';
import { Operation } from '../operation.ts';
import { olderServer } from './olderServer.ts';

type Condition = NonNullable<NonNullable<Policy['status']>['conditions']>[number];

/** A cluster on which the controllers of Policies run. */
export class Operated implements AsyncDisposable {
  readonly #operation: Operation;
  readonly kubectl: Kubectl;
  readonly client: HttpClient;

  private constructor(operation: Operation) {
    this.#operation = operation;
    this.kubectl = operation.kubectl;
    this.client = operation.client;
  }

  /** @param hidden resources that the operator finds not to be served, by their plurals */
  static async open(hidden: ReadonlySet<string> = new Set()): Promise<Operated> {
    return new Operated(
      await Operation.open(
        'simulated:1',
        [projectKind, deploymentKind, policyKind],
        (manager) => {
          addPolicyController(manager, policySettings.parse({}));
        },
        hidden.size === 0 ? undefined : (cluster, client) => olderServer(cluster, client, hidden),
      ),
    );
  }

  /** One runs already; it is stopped first. */
  startOperator(): Promise<void> {
    return this.#operation.start();
  }

  stopOperator(): Promise<void> {
    return this.#operation.stop();
  }

  /** For workloads in the namespace of that name, which is made as well. Denies, unless `spec` says otherwise. */
  async apply(name: string, spec: object): Promise<void> {
    await this.kubectl.apply([
      {
        apiVersion: 'mainstay.dev/v1alpha1',
        kind: 'Policy',
        metadata: { name },
        spec: { enforcement: 'Deny', ...spec },
      },
    ]);
  }

  async namespace(name: string): Promise<void> {
    await this.kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }]);
    await eventually(() => this.kubectl.run('get', 'serviceaccount', 'default', '-n', name));
  }

  get(name: string): Promise<Policy> {
    return this.client.get(policies, { name });
  }

  /** Waits until a condition of the present generation is so. */
  async condition(
    name: string,
    type: string,
    status: 'True' | 'False',
    reason?: string,
    patience?: Patience,
  ): Promise<Condition> {
    return eventually(async () => {
      const { metadata, status: is } = await this.get(name);
      const found = is?.conditions?.find((one) => one.type === type);
      const current = is?.observedGeneration === metadata.generation;
      if (
        found === undefined ||
        !current ||
        found.status !== status ||
        (reason ?? found.reason) !== found.reason
      )
        throw new Error(`${name} has not ${type} ${status} ${reason ?? ''}: ${JSON.stringify(is)}`);
      return found;
    }, patience);
  }

  /** Why a creation is refused; undefined if it is taken. Nothing is kept. */
  async refusal(object: KubernetesObject): Promise<string | undefined> {
    const { namespace } = object.metadata;
    const root = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`;
    const path = `${root}/namespaces/${namespace}/${object.kind.toLowerCase()}s`;
    try {
      await this.client.request({ method: 'POST', path, query: { dryRun: 'All' }, body: object });
      return undefined;
    } catch (error) {
      if (!isApiError(error) || error.status >= 500) throw error;
      return error.message;
    }
  }

  /** Why a creation is refused, asked again and again while something is done: undefined each time that it is taken. */
  async refusalsWhile(
    object: KubernetesObject,
    done: () => Promise<void>,
  ): Promise<readonly (string | undefined)[]> {
    const found: (string | undefined)[] = [];
    let isOver = false;
    const asking = (async () => {
      while (!isOver) found.push(await this.refusal(object));
    })();
    try {
      await done();
    } finally {
      isOver = true;
      await asking;
    }
    return found;
  }

  /** Waits until the creation is refused so. */
  async refused(object: KubernetesObject, by: string): Promise<void> {
    await until(`it is refused by ${by}`, async () => ((await this.refusal(object)) ?? '').includes(by));
  }

  /** Waits until the creation is taken. */
  async taken(object: KubernetesObject): Promise<void> {
    await until('it is taken', async () => (await this.refusal(object)) === undefined);
  }

  /** What Policies are compiled into, of which these words are part. */
  async compiled(word: string): Promise<readonly ValidatingAdmissionPolicy[]> {
    const { items } = await this.client.list(validatingAdmissionPolicies, {
      labelSelector: 'mainstay.dev/policies',
    });
    return items.filter(({ metadata }) =>
      (metadata.annotations?.['mainstay.dev/policies'] ?? '').split(',').includes(word),
    );
  }

  /** Waits until what is to go has gone: each Policy is in one object then. */
  async settled(): Promise<void> {
    await eventually(async () => {
      const { items } = await this.client.list(validatingAdmissionPolicies, {
        labelSelector: 'mainstay.dev/policies',
      });
      const held = items.flatMap(({ metadata }) =>
        (metadata.annotations?.['mainstay.dev/policies'] ?? '').split(','),
      );
      if (new Set(held).size < held.length) throw new Error(`some stand twice: ${held.join(', ')}`);
    });
  }

  /** Events of a Policy, by reason. */
  async events(name: string): Promise<readonly string[]> {
    const text = await this.kubectl.run(
      ...['get', 'events.events.k8s.io', '-n', 'default', '-o'],
      `jsonpath={range .items[?(@.regarding.name=="${name}")]}{.reason}{"\\n"}{end}`,
    );
    return text.split('\n').filter((line) => line !== '');
  }

  /** What the operator wrote, of all that has ever run here: verb, resource and name, in order. */
  async written(): Promise<readonly string[]> {
    const all = await this.#operation.written();
    return all.map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`);
  }

  async delete(name: string): Promise<void> {
    await this.client.delete(policies, { name }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#operation[Symbol.asyncDispose]();
  }
}

/** A rule about images of pods. */
export function images(from: string, name = 'registry') {
  return {
    name,
    expression: `podSpec.containers.all(c, c.image.startsWith('${from}/'))`,
    message: `images come from ${from}/`,
  };
}

/** In one namespace. */
export function workloads(namespace: string, more: object = {}) {
  return { match: { workloads: true, namespaces: [namespace], ...more } };
}
