/**
 * The operator: reads its configuration, builds the manager, adds the controllers, runs until it is told to stop.
 *
 *     node main.ts --print-config     every value and where it comes from
 *     node main.ts --help             every flag and environment variable
 */
import { z } from 'zod';
import { addProjectController } from './controllers/project/index.ts';
import { projectSettings } from './controllers/project/settings.ts';
import {
  ConfigurationError,
  connect,
  createLog,
  duration,
  loadConfiguration,
  Manager,
} from './operator/index.ts';

const endpoint = (port: number) =>
  z
    .strictObject({
      host: z.string().optional().describe('Address to listen on. Default: all.'),
      port: z
        .int()
        .min(0)
        .max(65535)
        .default(port)
        .describe('Port to listen on; 0 leaves the choice to the system.'),
    })
    .prefault({});

const schema = z.strictObject({
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('The least level that is logged.'),
    })
    .prefault({}),
  kube: z
    .strictObject({
      config: z
        .string()
        .optional()
        .describe(
          'Path of a kubeconfig. Default: KUBECONFIG, then ~/.kube/config; in a pod its ServiceAccount.',
        ),
      context: z.string().optional().describe('Context of the kubeconfig. Default: its current one.'),
    })
    .prefault({}),
  leaderElection: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Off only where no second replica can ever run.'),
      name: z.string().default('mainstay').describe('Name of the Lease.'),
      namespace: z.string().default('mainstay-system').describe('Namespace of the Lease.'),
      leaseDuration: duration()
        .prefault('15s')
        .describe('How long the others wait before they take a lease that is not renewed.'),
      renewDeadline: duration()
        .prefault('10s')
        .describe('How long the leader tries to renew before it stops acting.'),
      retryPeriod: duration().prefault('2s').describe('Time between two tries.'),
    })
    .prefault({}),
  probes: endpoint(8081).describe('/livez and /readyz'),
  metrics: endpoint(8080).describe('/metrics'),
  project: projectSettings.prefault({}),
});

const { value: settings, asked, print, help } = readConfiguration();
if (asked !== 'run') {
  console.log(asked === 'help' ? help() : print());
  process.exit(0);
}

const log = createLog({ level: settings.log.level });
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'stopping');
    stop.abort();
  });
}

const { enabled, ...lease } = settings.leaderElection;
const manager = new Manager({
  connection: await connect({
    ...(settings.kube.config !== undefined && { kubeconfig: settings.kube.config }),
    ...(settings.kube.context !== undefined && { context: settings.kube.context }),
  }),
  fieldManager: 'mainstay',
  log,
  probes: listen(settings.probes),
  metrics: listen(settings.metrics),
  ...(enabled && { leaderElection: lease }),
});
addProjectController(manager, settings.project);
await manager.run(stop.signal);
log.info('stopped');

function listen({ host, port }: typeof settings.probes) {
  return { port, ...(host !== undefined && { host }) };
}

function readConfiguration() {
  try {
    return loadConfiguration({
      prefix: 'MAINSTAY',
      schema,
      argv: process.argv.slice(2),
      env: process.env,
      component: 'operator',
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}
