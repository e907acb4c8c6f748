import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { CertificateAuthority } from './authority.ts';

describe('a certificate authority', () => {
  const authority = CertificateAuthority.create('test');

  it('issues client certificates that name the user and every group', () => {
    const { certificate } = authority.issue({
      commonName: 'alice',
      organizations: ['team-a', 'system:masters'],
    });
    const parsed = new X509Certificate(certificate);
    expect(parsed.subject).toBe('O=team-a\nO=system:masters\nCN=alice');
    expect(parsed.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(parsed.ca).toBe(false);
  });

  it('signs nothing that another authority of the same name would vouch for', () => {
    const other = new X509Certificate(CertificateAuthority.create('test').certificate);
    const { certificate } = authority.issue({ commonName: 'alice' });
    expect(new X509Certificate(certificate).verify(other.publicKey)).toBe(false);
  });

  it('names every host and address that a server is reached by', () => {
    const hosts = ['localhost', '127.0.0.1', '::1', '2001:db8::5', 'fe80:0:0:0:1:2:3:4'];
    const parsed = new X509Certificate(authority.issue({ commonName: 'server', hosts }).certificate);
    for (const host of ['127.0.0.1', '::1', '2001:db8::5', 'fe80::1:2:3:4']) {
      expect(parsed.checkIP(host), host).toBe(host);
    }
    expect(parsed.checkHost('localhost')).toBe('localhost');
    expect(parsed.checkHost('elsewhere')).toBeUndefined();
  });

  it('gives every certificate a serial number of its own', () => {
    const serials = Array.from(
      { length: 50 },
      () => new X509Certificate(authority.issue({ commonName: 'x' }).certificate).serialNumber,
    );
    expect(new Set(serials).size).toBe(50);
  });

  it('lets a client and a server meet over mutual TLS', async () => {
    const server = authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] });
    const client = authority.issue({ commonName: 'alice', organizations: ['team-a'] });
    const { promise: peer, resolve } = Promise.withResolvers<string>();
    const listener = createServer(
      {
        cert: server.certificate,
        key: server.privateKey,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket: TLSSocket) => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.end();
      },
    );
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const socket = connect({
      host: '127.0.0.1',
      port: address.port,
      ca: authority.certificate,
      cert: client.certificate,
      key: client.privateKey,
    });
    socket.resume();
    expect(await peer).toBe('alice');
    socket.destroy();
    listener.close();
  });
});
