import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import * as z from 'zod';
import { pluralOf } from '../../plural.ts';

/** What an object must have for a request about it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly namespace?: string | undefined;
  };
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  /** The server's own words where it refused. */
  readonly message: string;
  /** What it warned of, as its headers have it. */
  readonly warnings: readonly string[];
  readonly body: Body;
}

const bodySchema = z.looseObject({
  message: z.string().optional(),
  spec: z.unknown().optional(),
  status: z.unknown().optional(),
  metadata: z
    .looseObject({
      uid: z.string().optional(),
      resourceVersion: z.string().optional(),
      deletionTimestamp: z.string().optional(),
    })
    .optional(),
});
type Body = z.infer<typeof bodySchema>;

/** An API server, and whoever one wants to be before it. */
export interface Api extends AsyncDisposable {
  as(user: string, ...groups: readonly string[]): Person;
}

/** Speaks to the API server of an administrator's kubeconfig, who may impersonate anybody. */
export async function openApi(kubeconfig: string): Promise<Api> {
  const { server, tls, token } = await readKubeconfig(kubeconfig);
  const agent = new Agent({ connect: tls });
  return {
    as: (user, ...groups) =>
      new Person(agent, server, {
        'impersonate-user': user,
        ...(groups.length > 0 && { 'impersonate-group': [...groups] }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      }),
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

/** One user of the API. Every call answers, refused or not: the tests say which they expect. */
export class Person {
  readonly #agent: Agent;
  readonly #server: string;
  readonly #headers: Readonly<Record<string, string | string[]>>;

  constructor(agent: Agent, server: string, headers: Readonly<Record<string, string | string[]>>) {
    this.#agent = agent;
    this.#server = server;
    this.#headers = headers;
  }

  create(object: Manifest, query = ''): Promise<Answer> {
    return this.#send('POST', `${collectionOf(object)}${query}`, object);
  }

  get(object: Manifest): Promise<Answer> {
    return this.#send('GET', pathOf(object));
  }

  list(object: Manifest, query = ''): Promise<Answer> {
    return this.#send('GET', `${collectionOf(object)}${query}`);
  }

  /** Server-side apply, by force. */
  apply(object: Manifest, fieldManager = 'test'): Promise<Answer> {
    return this.#send(
      'PATCH',
      `${pathOf(object)}?fieldManager=${fieldManager}&force=true`,
      object,
      'application/apply-patch+yaml',
    );
  }

  /** A JSON merge patch, as `kubectl label`, `annotate` and `patch --type=merge` send it. */
  patch(object: Manifest, change: unknown, query = ''): Promise<Answer> {
    return this.#send('PATCH', `${pathOf(object)}${query}`, change, 'application/merge-patch+json');
  }

  /** The same, of the status subresource. */
  patchStatus(object: Manifest, change: unknown): Promise<Answer> {
    return this.#send('PATCH', `${pathOf(object)}/status`, change, 'application/merge-patch+json');
  }

  replace(object: Manifest): Promise<Answer> {
    return this.#send('PUT', pathOf(object), object);
  }

  /** The subresource of a namespace that takes its finalizers, and the rest of its metadata. */
  finalize(object: Manifest): Promise<Answer> {
    return this.#send('PUT', `${pathOf(object)}/finalize`, object);
  }

  remove(object: Manifest, propagationPolicy = 'Background'): Promise<Answer> {
    return this.#send('DELETE', pathOf(object), {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy,
    });
  }

  /** `kubectl delete --all`. */
  removeAll(object: Manifest): Promise<Answer> {
    return this.#send('DELETE', collectionOf(object));
  }

  async #send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    type?: string,
  ) {
    const answer = await request(`${this.#server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: { ...this.#headers, 'content-type': type ?? 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // A path that nothing serves yet is answered in plain text.
    const text = await answer.body.text();
    const parsed = text.startsWith('{') ? bodySchema.parse(JSON.parse(text)) : { message: text };
    const warnings = [answer.headers.warning ?? []].flat();
    return { status: answer.statusCode, message: parsed.message ?? '', warnings, body: parsed };
  }
}

function collectionOf(object: Manifest): string {
  const root = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`;
  const { namespace } = object.metadata;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${pluralOf(object.kind)}`;
}

function pathOf(object: Manifest): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}

const pem = z.base64().transform((data) => Buffer.from(data, 'base64').toString());
const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({
        server: z.string(),
        'certificate-authority-data': pem.optional(),
        'certificate-authority': z.string().optional(),
        'insecure-skip-tls-verify': z.boolean().default(false),
      }),
    }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({
        'client-certificate-data': pem.optional(),
        'client-certificate': z.string().optional(),
        'client-key-data': pem.optional(),
        'client-key': z.string().optional(),
        token: z.string().optional(),
      }),
    }),
  ]),
});

async function readKubeconfig(path: string) {
  const { clusters, users } = kubeconfigSchema.parse(parse(await readFile(path, 'utf8')));
  const { cluster } = clusters[0];
  const { user } = users[0];
  const read = async (data: string | undefined, file: string | undefined) =>
    data ?? (file === undefined ? undefined : await readFile(file, 'utf8'));
  const ca = await read(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await read(user['client-certificate-data'], user['client-certificate']);
  const key = await read(user['client-key-data'], user['client-key']);
  return {
    server: cluster.server,
    token: user.token,
    tls: {
      rejectUnauthorized: !cluster['insecure-skip-tls-verify'],
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && key !== undefined && { cert, key }),
    },
  };
}
