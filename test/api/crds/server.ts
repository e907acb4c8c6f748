import type { CustomResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { isApiError, isNotFound, type StatusCause } from '../../../operator/client/apiError.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import { connect } from '../../../operator/transport/connect.ts';
import { eventually } from '../../eventually.ts';
import { Kubectl } from '../../kubectl.ts';

/** The API server as somebody who applies objects of a kind of ours meets it. */
export interface Server extends AsyncDisposable {
  /** What `kubectl apply` would be told, with nothing kept: undefined if the object is good. */
  submit(object: Manifest): Promise<Refusal | undefined>;
  /** The same for a change of the object of this name that is there. */
  resubmit(object: Manifest): Promise<Refusal | undefined>;
  create(object: Manifest): Promise<void>;
  remove(object: Manifest): Promise<void>;
  /** Serves the definition in all its versions, and waits until it does. */
  install(definition: CustomResourceDefinition): Promise<void>;
  uninstall(definition: CustomResourceDefinition): Promise<void>;
  kubectl(words: readonly string[], input?: string): Promise<Output>;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly metadata: { readonly name?: string };
}

export interface Refusal {
  readonly message: string;
  readonly causes: readonly StatusCause[];
}

/** What the answer says about one field; empty if it does not name it. Unknown fields are named in the message only. */
export function complaintAbout(field: string, refusal: Refusal | undefined): string {
  const causes = refusal?.causes.filter((cause) => cause.field === field) ?? [];
  const unknown = refusal?.message.match(/unknown field "([^"]+)"/);
  return unknown?.[1] === field ? unknown[0] : causes.map(({ message }) => message ?? '').join('\n');
}

/** Each thing that the answer complains about, once. */
export function complaints(refusal: Refusal | undefined): readonly string[] {
  return [...new Set(refusal?.causes.map(({ message }) => message ?? ''))];
}

export interface Output {
  readonly code: number;
  readonly text: string;
}

interface Versioned {
  readonly metadata: { readonly resourceVersion: string; readonly deletionTimestamp?: string };
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** @param collection where objects of the kind are, after the group and version */
export async function openServer(kubeconfig: string, collection = 'projects'): Promise<Server> {
  const connection = await connect({ kubeconfig });
  const client = new HttpClient(connection, { fieldManager: 'crds-test' });
  const kubectl = await Kubectl.forCluster(kubeconfig);
  const objects = ({ apiVersion }: Manifest) => `/apis/${apiVersion}/${collection}`;
  const object = (manifest: Manifest) => `${objects(manifest)}/${manifest.metadata.name}`;
  // As kubectl sends it: unknown fields are errors.
  const query = { dryRun: 'All', fieldValidation: 'Strict' };
  return {
    submit: (body) => refusalOf(client.request({ method: 'POST', path: objects(body), query, body })),
    resubmit: (patch) =>
      refusalOf(
        client.request({
          method: 'PATCH',
          path: object(patch),
          query,
          body: patch,
          headers: { 'content-type': 'application/merge-patch+json' },
        }),
      ),
    create: async (body) => {
      await client.request({ method: 'POST', path: objects(body), body });
    },
    remove: async (body) => {
      await client.request({ method: 'DELETE', path: object(body) }).catch(unlessGone);
    },
    install: async (definition) => {
      const { name } = definition.metadata;
      const timeout = 120_000;
      const there = await eventually(async () => {
        const found = await client
          .request<Versioned>({ method: 'GET', path: `${definitions}/${name}` })
          .catch(unlessGone);
        if (found?.metadata.deletionTimestamp !== undefined)
          throw new Error(`${name} is still being deleted`);
        return found;
      });
      // Not by apply: for a large definition the API server then works several times as long.
      if (there === undefined)
        await client.request({ method: 'POST', path: definitions, body: definition, timeout });
      else {
        const { resourceVersion } = there.metadata;
        const body = { ...definition, metadata: { ...definition.metadata, resourceVersion } };
        await client.request({ method: 'PUT', path: `${definitions}/${name}`, body, timeout });
      }
      const { group, versions, names } = definition.spec;
      // Until it is served.
      await eventually(async () => {
        for (const version of versions) {
          await client.request({ method: 'GET', path: `/apis/${group}/${version.name}/${names.plural}` });
        }
      });
    },
    uninstall: async (definition) => {
      await client
        .request({ method: 'DELETE', path: `${definitions}/${definition.metadata.name}` })
        .catch(unlessGone);
    },
    kubectl: async (words, input) => {
      const { code, stdout, stderr } = await kubectl.attempt(words, input);
      return { code, text: stdout + stderr };
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

async function refusalOf(request: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    if (!isApiError(error) || error.status < 400 || error.status >= 500 || error.status === 404) throw error;
    return { message: error.message, causes: error.details.causes ?? [] };
  }
}

function unlessGone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}
