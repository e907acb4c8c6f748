import { randomUUID } from 'node:crypto';
import {
  type Candidate,
  type CompiledObject,
  compile,
  type Facts,
} from '../../../controllers/policy/compile/index.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { isApiError, isNotFound } from '../../../operator/client/apiError.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import { connect } from '../../../operator/transport/connect.ts';
import type { Connection } from '../../../operator/transport/connection.ts';
import { eventually, until } from '../../eventually.ts';
import { Kubectl } from '../../kubectl.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A newest server that holds no Projects. */
export function facts(fields: Partial<Facts> = {}): Facts {
  const server = { minor: 36, validating: true, mutating: true };
  return { environments: [], server, now: Date.now(), ...fields };
}

/** What a Policy says that is not told otherwise. */
export const registry = 'images come from good/';

/** For a reason. */
export function exceptionOf(name: string, match: object, more: object = {}) {
  return { name, match, reason: 'why', ...more };
}

/** For workloads of one namespace. Proven, and denies. */
export function policy(name: string, namespace: string, fields: Partial<PolicySpec> = {}): Candidate {
  const { match, ...others } = fields;
  const spec: PolicySpec = {
    severity: 'medium',
    enforcement: 'Deny',
    match: {
      ...(match?.resources === undefined ? { workloads: true } : {}),
      ...match,
      namespaces: [namespace],
    },
    rules: [
      {
        name: 'registry',
        expression: "podSpec.containers.all(c, c.image.startsWith('good/'))",
        message: registry,
      },
    ],
    ...others,
  };
  return { name, spec, enforcement: spec.enforcement, proven: true };
}

/** An API server with compiled Policies in force. What a test makes is in namespaces of its own. */
export class Stage implements AsyncDisposable {
  readonly #connection: Connection;
  readonly client: HttpClient;
  readonly kubectl: Kubectl;
  readonly #namespaces: string[] = [];
  #inForce: CompiledObject[] = [];

  private constructor(connection: Connection, kubectl: Kubectl) {
    this.#connection = connection;
    this.kubectl = kubectl;
    this.client = new HttpClient(connection, { fieldManager: 'test' });
  }

  static async open(): Promise<Stage> {
    const kubeconfig = sharedKubeconfig();
    return new Stage(await connect({ kubeconfig }), await Kubectl.forCluster(kubeconfig));
  }

  /** Makes a namespace in which pods can be made. */
  async namespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.client.request({
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    });
    this.#namespaces.push(name);
    await eventually(() =>
      this.client.request({ method: 'GET', path: `/api/v1/namespaces/${name}/serviceaccounts/default` }),
    );
  }

  /** Puts Policies in force, beside those that are, and waits until the API server judges by them. */
  async enforce(
    candidates: readonly Candidate[],
    given: Facts = facts(),
  ): Promise<ReturnType<typeof compile>> {
    const compiled = compile(candidates, given);
    await this.put(compiled.objects);
    return compiled;
  }

  /** Makes the objects and waits until the API server judges by them. */
  async put(objects: readonly CompiledObject[]): Promise<void> {
    for (const object of objects) {
      await this.client.request({ method: 'POST', path: collectionOf(object), body: object });
      this.#inForce.push(object);
    }
    await this.#settled();
  }

  /** Takes objects away, and waits until the API server no longer judges by them. */
  async take(objects: readonly CompiledObject[]): Promise<void> {
    const names = new Set(objects.map(keyOf));
    for (const object of objects.toReversed()) {
      await this.client.request({
        method: 'DELETE',
        path: `${collectionOf(object)}/${object.metadata.name}`,
      });
    }
    this.#inForce = this.#inForce.filter((object) => !names.has(keyOf(object)));
    await this.#settled();
  }

  /** Why it is refused; undefined if it is taken. Nothing is kept. */
  async refusal(object: Manifest, path = collectionOf(object)): Promise<string | undefined> {
    return whyNot(this.client.request({ method: 'POST', path, query: { dryRun: 'All' }, body: object }));
  }

  /** Makes it. */
  async make(object: Manifest): Promise<void> {
    await this.client.request({ method: 'POST', path: collectionOf(object), body: object });
  }

  /** Why a change is refused; undefined if it is made. */
  async change(
    object: Manifest,
    patch: unknown,
    { subresource = '', dryRun = false } = {},
  ): Promise<string | undefined> {
    return whyNot(
      this.client.request({
        method: 'PATCH',
        path: `${pathOf(object)}${subresource === '' ? '' : `/${subresource}`}`,
        query: dryRun ? { dryRun: 'All' } : {},
        body: patch,
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
      }),
    );
  }

  async remove(object: Manifest): Promise<string | undefined> {
    return whyNot(this.client.request({ method: 'DELETE', path: pathOf(object) }));
  }

  async read<T>(object: Manifest): Promise<T> {
    return this.client.request<T>({ method: 'GET', path: pathOf(object) });
  }

  /**
   * Policies come to the API server in the order in which they were made: once it judges by one that was made last, it
   * judges by all before it, and by none that went before. Its name is used once: for a second, the API server judges by
   * what another file took away.
   */
  async #settled(): Promise<void> {
    const name = `sentinel-${randomUUID()}`;
    const { objects } = compile(
      [
        policy(name, 'default', {
          match: { resources: [{ apiGroups: [''], resources: ['configmaps'] }] },
          rules: [{ name: 'sees', expression: `object.metadata.name != '${name}'`, message: 'seen' }],
        }),
      ],
      facts(),
    );
    const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
    for (const object of objects) {
      await this.client.request({ method: 'POST', path: collectionOf(object), body: object });
      this.#inForce.push(object);
    }
    await until('the API server judges by what was made last', async () =>
      ((await this.refusal(probe)) ?? '').includes('seen'),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const object of this.#inForce.toReversed()) {
      await this.client
        .request({ method: 'DELETE', path: `${collectionOf(object)}/${object.metadata.name}` })
        .catch(unlessGone);
    }
    for (const name of this.#namespaces) {
      await this.client.request({ method: 'DELETE', path: `/api/v1/namespaces/${name}` }).catch(unlessGone);
    }
    await this.#connection.close();
  }
}

const plurals: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  MutatingAdmissionPolicy: 'mutatingadmissionpolicies',
};

function collectionOf({
  apiVersion,
  kind,
  metadata,
}: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object & { readonly namespace?: unknown };
}): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${namespace}/${plurals[kind] ?? `${kind.toLowerCase()}s`}`;
}

function pathOf(object: Manifest): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}

function keyOf({ kind, metadata }: CompiledObject): string {
  return `${kind}/${metadata.name}`;
}

async function whyNot(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (!isApiError(error) || error.status >= 500) throw error;
    return error.message;
  }
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
