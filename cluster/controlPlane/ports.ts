import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port that nothing listens on at this instant. Somebody else may take it before its user does: whoever uses it
 * must be ready to try another.
 *
 * Chosen below the range from which systems take ports for outgoing connections (32768 on Linux, 49152 elsewhere) and
 * below NodePorts (30000), so that a server that is restarted finds its port still free.
 */
export async function freePort(address: string): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(address, port)) return port;
  }
  throw new Error(`no free port on ${address} between 20000 and 30000`);
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // An address that is in another network namespace cannot be tried from here.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL'));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
