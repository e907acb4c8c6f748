import {
  type Applier,
  type ApplierOptions,
  Applier as RealApplier,
} from '../../../operator/apply/applier.ts';
import { identify } from '../../../operator/apply/diff.ts';
import type { ApplyIdentity } from '../../../operator/apply/identity.ts';
import type { Inventory } from '../../../operator/apply/inventory.ts';
import type { ChangeLog } from '../../../operator/apply/writer.ts';
import type { Client } from '../../../operator/client/client.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import {
  configMaps,
  limitRanges,
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
} from '../../../operator/resources/builtin.ts';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../operator/resources/object.ts';
import { type Resource, resourceId } from '../../../operator/resources/resource.ts';
import { connect } from '../../../operator/transport/connect.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

export const identity: ApplyIdentity = {
  fieldManager: 'mainstay',
  ownerLabel: 'mainstay.dev/owner',
  desiredAnnotation: 'mainstay.dev/desired',
};

const watched: readonly Resource[] = [
  configMaps,
  limitRanges,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
];

/** A namespace of its own on the tier's API server, and appliers that see it as an operator's cache would. */
export interface Stage extends AsyncDisposable {
  readonly client: HttpClient;
  readonly namespace: string;
  /** Every line that an applier of the stage has logged. */
  readonly lines: readonly { readonly level: string; readonly fields: object; readonly message: string }[];
  readonly log: ChangeLog;
  /** Reads everything in the namespace, trimmed as the cache trims it, and returns an applier that sees just that. */
  look(options?: Partial<ApplierOptions>): Promise<Applier>;
  read<T extends KubernetesObject>(resource: Resource<T>, name: string): Promise<T>;
}

let stages = 0;

export async function openStage(): Promise<Stage> {
  const connection = await connect({ kubeconfig: sharedKubeconfig() });
  const client = new HttpClient(connection, { fieldManager: identity.fieldManager });
  stages += 1;
  const namespace = `apply-${process.pid}-${Date.now().toString(36)}-${stages}`;
  const created = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await client.create(namespaces, created, { fieldManager: 'stage' });
  const lines: { level: string; fields: object; message: string }[] = [];
  return {
    client,
    namespace,
    lines,
    log: {
      info: (fields, message) => lines.push({ level: 'info', fields, message }),
      warn: (fields, message) => lines.push({ level: 'warn', fields, message }),
    },
    read: (resource, name) =>
      client.get(resource, resource.scope === 'Cluster' ? { name } : { namespace, name }),
    look: async (options = {}) => {
      const inventory = await snapshot(client, namespace);
      return new RealApplier({ client, identity, inventory, ...options });
    },
    [Symbol.asyncDispose]: async () => {
      await client.delete(namespaces, { name: namespace });
      await connection.close();
    },
  };
}

/** The real client, but for what the test does before a write is sent. */
export function intercepted(
  client: Client,
  before: (verb: 'apply' | 'patch' | 'delete', name: string) => Promise<void> | void,
): Client {
  return {
    fieldManager: client.fieldManager,
    get: client.get.bind(client),
    list: client.list.bind(client),
    create: client.create.bind(client),
    update: client.update.bind(client),
    request: client.request.bind(client),
    apply: async (resource, object, options) => {
      await before('apply', object.metadata.name);
      return client.apply(resource, object, options);
    },
    patch: async (resource, name, patch, options) => {
      await before('patch', name.name);
      return client.patch(resource, name, patch, options);
    },
    delete: async (resource, name, options) => {
      await before('delete', name.name);
      return client.delete(resource, name, options);
    },
  };
}

async function snapshot(client: HttpClient, namespace: string): Promise<Inventory> {
  const found = new Map<string, { readonly resource: Resource; readonly object: KubernetesObject }>();
  const own = await client.get(namespaces, { name: namespace });
  found.set(identify(namespaces, own), { resource: namespaces, object: trimmed(own) });
  for (const resource of watched) {
    const { items } = await client.list(resource, { namespace });
    for (const object of items) found.set(identify(resource, object), { resource, object: trimmed(object) });
  }
  return {
    get: (resource, object) => found.get(identify(resource, object))?.object,
    ownedBy: (resource, owner) =>
      [...found.values()].filter(
        (live) =>
          resourceId(live.resource) === resourceId(resource) &&
          live.object.metadata.labels?.[identity.ownerLabel] === owner.uid,
      ),
  };
}

/** What an informer with `managedFields: 'own'` keeps: our fields, and of others only who and when. */
function trimmed(object: KubernetesObject): KubernetesObject {
  const managedFields = (object.metadata.managedFields ?? []).map((entry): ManagedFieldsEntry => {
    if (entry.manager === identity.fieldManager && entry.operation === 'Apply') return entry;
    const { fieldsV1: _fields, ...rest } = entry;
    return rest;
  });
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
