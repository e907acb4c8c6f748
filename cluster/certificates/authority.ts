import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIP } from 'node:net';
import { der } from './der.ts';

/** A certificate and its private key, as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Whom a certificate names. */
interface CertificateRequest {
  /** The user name of a client, or the display name of a server. */
  readonly commonName: string;
  /** The groups of a client. */
  readonly organizations?: readonly string[];
  /** Host names and IP addresses that a server is reached by. Without any, the certificate is for a client only. */
  readonly hosts?: readonly string[];
}

/**
 * A certificate authority of one cluster: EC P-256 keys, certificates that are good for ten years (a test cluster is
 * gone long before). Issuing takes about a millisecond.
 *
 * ```ts
 * const authority = CertificateAuthority.create('my-cluster');
 * const alice = authority.issue({ commonName: 'alice', organizations: ['team-a'] });
 * const server = authority.issue({ commonName: 'kubelet', hosts: ['node-1', '10.0.0.1'] });
 * ```
 */
export class CertificateAuthority {
  /** The authority's own certificate, as PEM: what clients must trust. */
  readonly certificate: string;
  /** The authority's private key, as PEM: what the controller manager signs certificate requests with. */
  readonly privateKey: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;

  private constructor(commonName: string) {
    const key = newKey();
    this.#name = distinguishedName(commonName, []);
    this.#key = key;
    this.privateKey = privateKeyPem(key);
    this.certificate = certificatePem({
      issuer: this.#name,
      issuerKey: key,
      subject: this.#name,
      subjectKey: key,
      extensions: [basicConstraints(), keyUsage('authority'), subjectKeyIdentifier(key)],
    });
  }

  static create(commonName: string): CertificateAuthority {
    return new CertificateAuthority(commonName);
  }

  /** A new key and its certificate. With `hosts` it serves and also connects as a client; without, it is a client's. */
  issue(request: CertificateRequest): KeyPair {
    const key = newKey();
    const hosts = request.hosts ?? [];
    const certificate = certificatePem({
      issuer: this.#name,
      issuerKey: this.#key,
      subject: distinguishedName(request.commonName, request.organizations ?? []),
      subjectKey: key,
      extensions: [
        keyUsage('leaf'),
        extendedKeyUsage(hosts.length > 0),
        subjectKeyIdentifier(key),
        authorityKeyIdentifier(this.#key),
        ...(hosts.length > 0 ? [subjectAlternativeNames(hosts)] : []),
      ],
    });
    return { certificate, privateKey: privateKeyPem(key) };
  }
}

/** A key pair with which the controller manager signs ServiceAccount tokens and the API server checks them, as PEM. */
export function newSigningKey(): { readonly privateKey: string; readonly publicKey: string } {
  const key = newKey();
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  return { privateKey: privateKeyPem(key), publicKey: publicKey.toString() };
}

interface CertificateFields {
  readonly issuer: Buffer;
  readonly issuerKey: KeyObject;
  readonly subject: Buffer;
  readonly subjectKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

const tenYears = 3650 * 24 * 3600 * 1000;
/** Clocks of containers and virtual machines may lag behind the one that issues. */
const clockSkew = 3600 * 1000;

const ecdsaWithSha256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));

function certificatePem(fields: CertificateFields): string {
  const now = Date.now();
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    ecdsaWithSha256,
    fields.issuer,
    der.sequence(der.time(new Date(now - clockSkew)), der.time(new Date(now + tenYears))),
    fields.subject,
    publicKeyInfo(fields.subjectKey),
    der.explicit(3, der.sequence(...fields.extensions)),
  );
  const signature = sign('sha256', content, fields.issuerKey);
  const base64 = der.sequence(content, ecdsaWithSha256, der.bitString(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'sec1', format: 'pem' }).toString();
}

function publicKeyInfo(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** RFC 5280, 4.2.1.2: any value that is unique to the key will do. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20);
}

function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der.set(der.sequence(der.objectIdentifier(type), der.utf8String(value)));
  return der.sequence(
    ...organizations.map((organization) => attribute('2.5.4.10', organization)),
    attribute('2.5.4.3', commonName),
  );
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(type), ...flag, der.octetString(value));
}

function basicConstraints(): Buffer {
  return extension('2.5.29.19', true, der.sequence(der.boolean(true)));
}

function keyUsage(holder: 'authority' | 'leaf'): Buffer {
  // Bits from the top: 0 digitalSignature, 5 keyCertSign, 6 cRLSign.
  const bits =
    holder === 'authority' ? der.bitString(Buffer.from([0x86]), 1) : der.bitString(Buffer.from([0x80]), 7);
  return extension('2.5.29.15', true, bits);
}

function extendedKeyUsage(server: boolean): Buffer {
  const serverAuth = der.objectIdentifier('1.3.6.1.5.5.7.3.1');
  const clientAuth = der.objectIdentifier('1.3.6.1.5.5.7.3.2');
  return extension('2.5.29.37', false, der.sequence(...(server ? [serverAuth] : []), clientAuth));
}

function subjectKeyIdentifier(key: KeyObject): Buffer {
  return extension('2.5.29.14', false, der.octetString(keyIdentifier(key)));
}

function authorityKeyIdentifier(key: KeyObject): Buffer {
  return extension('2.5.29.35', false, der.sequence(der.implicit(0, keyIdentifier(key))));
}

function subjectAlternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 0 ? der.implicit(2, Buffer.from(host, 'ascii')) : der.implicit(7, addressBytes(host)),
  );
  return extension('2.5.29.17', false, der.sequence(...names));
}

/** The 4 bytes of an IPv4 address, or the 16 of an IPv6 one. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes the canonical form, so that only "::" is left to spell out.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const groups = tail === undefined ? left : [...left, ...zeros, ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
