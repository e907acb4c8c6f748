/**
 * `npm run test:e2e`: tests on a real node, which needs Linux and root.
 *
 *   npm run test:e2e                  the node itself, and what is installed (also part of `npm test`)
 *   npm run test:e2e -- deployment    Deployments on real traffic (test/traffic), with figures at the end; no part of
 *                                     `npm test`, since its first run builds Traefik, which takes about five minutes
 *
 * Whatever else stands there is for vitest, such as a part of a file's name.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [first, ...rest] = process.argv.slice(2);
const config = fileURLToPath(new URL('./traffic/vitest.config.ts', import.meta.url));
const words =
  first === 'deployment' ? ['--config', config, ...rest] : ['--project', 'e2e', ...process.argv.slice(2)];
const child = spawn('vitest', ['run', ...words], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
