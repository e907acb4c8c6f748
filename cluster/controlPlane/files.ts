import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateAuthority, type KeyPair, newSigningKey } from '../certificates/authority.ts';
import { auditPolicy } from './auditPolicy.ts';

/** The folders and key files of one control plane. All secrets lie in a folder that only its owner may enter. */
export interface ControlPlaneFiles {
  readonly directory: string;
  readonly certificates: string;
  readonly kubeconfigs: string;
  readonly logs: string;
  /** Vouches for servers and clients of the cluster. */
  readonly authority: CertificateAuthority;
  /** The path of a file in `certificates`. */
  certificate(file: string): string;
  log(name: string): string;
}

/** Makes the folders and issues what the components need to trust each other. About 15 ms. */
export function layOutFiles(directory: string, apiServerHosts: readonly string[]): ControlPlaneFiles {
  const certificates = join(directory, 'certificates');
  const kubeconfigs = join(directory, 'kubeconfigs');
  const logs = join(directory, 'logs');
  for (const folder of [certificates, kubeconfigs, logs]) mkdirSync(folder, { recursive: true, mode: 0o700 });

  const write = (file: string, content: string): void =>
    writeFileSync(join(certificates, file), content, { mode: 0o600 });
  const writePair = (name: string, pair: KeyPair): void => {
    write(`${name}.crt`, pair.certificate);
    write(`${name}.key`, pair.privateKey);
  };

  const authority = CertificateAuthority.create('kubernetes');
  // Whoever holds a certificate of this second authority may claim to be anybody (request headers): so it is apart.
  const frontProxyAuthority = CertificateAuthority.create('front-proxy');
  writePair('ca', authority);
  write('front-proxy-ca.crt', frontProxyAuthority.certificate);
  writePair('front-proxy-client', frontProxyAuthority.issue({ commonName: 'front-proxy-client' }));
  writePair('apiserver', authority.issue({ commonName: 'kube-apiserver', hosts: apiServerHosts }));
  writePair('apiserver-kubelet-client', authority.issue({ commonName: 'kube-apiserver-kubelet-client' }));
  const signingKey = newSigningKey();
  write('service-accounts.key', signingKey.privateKey);
  write('service-accounts.pub', signingKey.publicKey);
  write('audit-policy.yaml', auditPolicy);

  return {
    directory,
    certificates,
    kubeconfigs,
    logs,
    authority,
    certificate: (file) => join(certificates, file),
    log: (name) => join(logs, `${name}.log`),
  };
}
