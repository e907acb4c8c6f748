import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { KeyPair } from '../certificates/authority.ts';

/** What a kubeconfig file says. */
interface KubeconfigContent {
  readonly url: string;
  /** The certificate of the authority that vouches for the API server, as PEM. */
  readonly authority: string;
  readonly client: KeyPair;
  /** The name of the context, the cluster and the user in the file. */
  readonly name: string;
}

/** Writes a kubeconfig, readable by its owner alone: it holds a private key. */
export function writeKubeconfig(path: string, { url, authority, client, name }: KubeconfigContent): void {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(client.certificate),
          'client-key-data': base64(client.privateKey),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  writeFileSync(path, stringify(content), { mode: 0o600 });
}
