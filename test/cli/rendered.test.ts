import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/**
 * What Helm 3.22.0 and kustomize 5.8.2 really print of the chart `shop` and the overlay `prod` in `rendered/`, kept there as they
 * printed it. After a change, in that folder:
 *
 *     helm template shop shop > shop.yaml
 *     kustomize build prod > prod.yaml
 */

const folder = join(import.meta.dirname, 'rendered');
const mainstay = fileURLToPath(new URL('../../cli/mainstay.ts', import.meta.url));

/** Checks it as somebody does who stands in that folder: where each finding points, what stands there, and of what it is. */
function checked(file: string, { piped = false } = {}) {
  const text = readFileSync(join(folder, file), 'utf8');
  const { stdout, status } = spawnSync(
    process.execPath,
    [mainstay, 'check', '--namespace', 'shop', piped ? '-' : file],
    { cwd: folder, encoding: 'utf8', input: piped ? text : '' },
  );
  const lines = text.split('\n');
  const findings = [
    ...stdout.matchAll(/^(\S+):(\d+):(\d+): error: ((?:\S+: )?\w+ \S+): .* \((\S+), \w+\)$/gm),
  ].map(([, at, line, column, of, rule]) => [
    `${at}:${line}`,
    lines[Number(line) - 1]?.slice(Number(column) - 1),
    of,
    rule,
  ]);
  return { findings, status };
}

it.each([
  ['saved', 'shop.yaml', {}],
  ['piped', 'stdin', { piped: true }],
])('what helm template prints, %s, is told with the template that it comes from', (_, at, options) => {
  const web = 'shop/templates/web.yaml: Deployment shop/shop-web';
  const cache = 'shop/charts/cache/templates/cache.yaml: StatefulSet shop/shop-cache';
  const migrate = 'shop/templates/migrate.yaml: Job shop/shop-migrate';
  expect(checked('shop.yaml', options)).toEqual({
    findings: [
      [`${at}:49`, 'privileged: true', web, 'pss-privileged/containers'],
      [`${at}:50`, 'allowPrivilegeEscalation: true', web, 'pss-privilege-escalation/containers'],
      [`${at}:80`, 'hostPath: { path: /srv/cache }', cache, 'pss-host-path/volumes'],
      [`${at}:79`, 'name: data', cache, 'pss-volume-types/volumes'],
      [`${at}:93`, 'hostNetwork: true', migrate, 'pss-host-namespaces/network'],
    ],
    status: 1,
  });
});

it.each([
  ['saved', 'prod.yaml', {}],
  ['piped', 'stdin', { piped: true }],
])('what kustomize build prints, %s, is pointed into', (_, at, options) => {
  const web = 'Deployment shop/prod-web';
  expect(checked('prod.yaml', options)).toEqual({
    findings: [
      [`${at}:49`, 'add:', web, 'pss-capabilities/containers'],
      [`${at}:43`, 'ports:', web, 'pss-host-ports/containers'],
      [`${at}:49`, 'add:', web, 'pss-capabilities-dropped/add'],
    ],
    status: 1,
  });
});
