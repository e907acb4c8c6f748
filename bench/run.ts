/**
 * The benchmarks. Each ends with a line a figure beside its limit, and with 1 if one falls short; its tables go into
 * docs/benchmarks.md.
 *
 *     npm run bench -- project                           us, a floor and two peers: 500 and 2,000 Projects
 *     npm run bench -- project --sizes 50 --no-peers     a look, which is not written down
 *     npm run bench -- scale                             us alone, at sizes that grow; written into docs/scale.md
 *     npm run bench -- deployment                        us, apps/v1 and Argo Rollouts: 500 and 2,000 Deployments
 *     npm run bench -- deployment --sizes 50 --only mainstay,native --once
 *     npm run bench -- policy                            30,000 pods looked at; admission beside a webhook; 1,000 manifests checked
 *     npm run bench -- runtime                           reflector and cache beside client-node's informer
 */
import { parseArgs } from 'node:util';
import { deploymentParts } from './deployment/contestants.ts';
import { benchDeployment } from './deployment/index.ts';
import { benchPolicy } from './policy/index.ts';
import { benchProject } from './project/index.ts';
import { benchScale } from './project/scale.ts';
import { printFigures, printTables, type Report, writeSection } from './report.ts';
import { benchRuntime } from './runtime/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    sizes: { type: 'string' },
    only: { type: 'string' },
    once: { type: 'boolean', default: false },
    analyses: { type: 'string' },
    peers: { type: 'boolean', default: true },
    quick: { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const sizes = values.sizes?.split(',').map(Number);
const only = values.only?.split(',');
const benchmarks: Readonly<Record<string, () => Promise<Report>>> = {
  project: () =>
    benchProject({
      peers: values.peers,
      ...(sizes !== undefined && { sizes }),
      ...(values.quick && { sizes: [20], drifts: 10, restSeconds: 5 }),
    }),
  deployment: () =>
    benchDeployment({
      ...(sizes !== undefined && { sizes }),
      ...(only !== undefined && { only: deploymentParts.filter((part) => only.includes(part)) }),
      once: values.once,
      ...(values.analyses !== undefined && { analyses: Number(values.analyses) }),
      ...(values.quick && { sizes: [20], analyses: 20, restSeconds: 5 }),
    }),
  policy: () => benchPolicy({ quick: values.quick, ...(only !== undefined && { only }) }),
  scale: () => benchScale(values.quick ? [{ projects: 10, environments: 2 }] : undefined),
  runtime: () => benchRuntime({ quick: values.quick }),
};
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}`);
  process.exit(2);
}

const report = await benchmark();
// What is smaller than the limits are made for is not what the page tells.
const part = sizes ?? only ?? values.analyses;
const whole = !values.quick && !values.once && values.peers && part === undefined;
const page = name === 'scale' ? '../docs/scale.md' : '../docs/benchmarks.md';
if (whole) await writeSection(new URL(page, import.meta.url).pathname, name, report);
printTables(report.tables);
process.exitCode = printFigures(report.figures) ? 0 : 1;
