import { mainstay } from '../contestant.ts';
import { clusterUse, type ProcessUse } from '../processUse.ts';
import type { Report, Table } from '../report.ts';
import { type Rest, type Restart, rest, restart } from '../steady.ts';
import { Scene } from './scene.ts';
import { type Convergence, converge } from './trial.ts';
import { objectsPerEnvironment } from './world.ts';

/** How many Projects, and how many environments in each. */
export interface Size {
  readonly projects: number;
  readonly environments: number;
}

const defaultSizes: readonly Size[] = [
  { projects: 500, environments: 2 },
  { projects: 1000, environments: 2 },
  { projects: 2000, environments: 2 },
  { projects: 500, environments: 8 },
];

interface Measured {
  readonly size: Size;
  readonly objects: number;
  readonly convergence: Convergence;
  readonly rest: Rest;
  readonly restart: Restart;
  /** CPU seconds of the API server for the convergence. */
  readonly apiServerCpu: number;
  /** What the cluster's programs used at the end, by name. */
  readonly cluster: ReadonlyMap<string, ProcessUse>;
}

/** How Mainstay's cost grows with Projects, namespaces and objects. */
export async function benchScale(sizes: readonly Size[] = defaultSizes, restSeconds = 30): Promise<Report> {
  const all: Measured[] = [];
  for (const size of sizes) {
    console.log(`${size.projects} Projects with ${size.environments} environments each`);
    all.push(await measure(size, restSeconds));
  }
  return { title: 'Measured', paragraphs: [], tables: tablesOf(all), figures: [] };
}

async function measure(size: Size, restSeconds: number): Promise<Measured> {
  const { projects, environments } = size;
  await using scene = await Scene.open(projects, environments);
  const { directory } = scene.cluster;
  const before = (await clusterUse(directory)).get('kube-apiserver')?.cpuSeconds ?? 0;
  const { convergence, running } = await converge(mainstay, scene);
  const apiServerCpu = ((await clusterUse(directory)).get('kube-apiserver')?.cpuSeconds ?? 0) - before;
  await scene.requests.untilQuiet(0, 5000);
  const atRest = await rest(running, restSeconds);
  const again = await restart(mainstay, scene, running, 5000);
  return {
    size,
    objects: projects * environments * objectsPerEnvironment,
    convergence,
    rest: atRest,
    restart: again.restart,
    apiServerCpu,
    cluster: await clusterUse(directory),
  };
}

function tablesOf(all: readonly Measured[]): readonly Table[] {
  return [
    {
      caption: 'Mainstay, from its start until the last Project is Ready, then at rest, then started again:',
      header: [
        'Projects',
        'environments each',
        'objects',
        'seconds',
        'objects/s',
        'CPU s',
        'CPU ms an object',
        'peak RSS MB',
        'RSS at rest MB',
        'kB an object beyond the first row',
        'CPU at rest',
        'restart quiet after s',
        'its CPU s',
        'its writes',
      ],
      rows: all.map(({ size, objects, convergence, rest, restart }) => [
        String(size.projects),
        String(size.environments),
        String(objects),
        convergence.seconds.toFixed(1),
        convergence.objectsPerSecond.toFixed(0),
        convergence.use.cpuSeconds.toFixed(1),
        ((convergence.use.cpuSeconds * 1000) / objects).toFixed(2),
        convergence.use.peak.toFixed(0),
        rest.resident.toFixed(0),
        perObject(all[0], { objects, rest }),
        `${(rest.cpu * 100).toFixed(2)} %`,
        restart.quietAfter?.toFixed(1) ?? '',
        restart.use.cpuSeconds.toFixed(1),
        String(restart.requests.mutating),
      ]),
    },
    {
      caption: 'The cluster beneath it:',
      header: [
        'Projects',
        'environments each',
        'objects',
        'API server CPU s',
        'CPU ms an object',
        'API server RSS MB',
        'etcd RSS MB',
      ],
      rows: all.map(({ size, objects, apiServerCpu, cluster }) => [
        String(size.projects),
        String(size.environments),
        String(objects),
        apiServerCpu.toFixed(0),
        ((apiServerCpu * 1000) / objects).toFixed(2),
        cluster.get('kube-apiserver')?.resident.toFixed(0) ?? '',
        cluster.get('etcd')?.resident.toFixed(0) ?? '',
      ]),
    },
  ];
}

/** What each object adds to the memory at rest. */
function perObject(
  first: Pick<Measured, 'objects' | 'rest'> | undefined,
  { objects, rest }: Pick<Measured, 'objects' | 'rest'>,
) {
  if (first === undefined || objects === first.objects) return '';
  return (((rest.resident - first.rest.resident) * 1000) / (objects - first.objects)).toFixed(2);
}
