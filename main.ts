/**
 * The operator: reads its configuration, builds the manager, adds the controllers, runs until it is told to stop.
 *
 *     node main.ts --print-config     every value and where it comes from
 *     node main.ts --help             every flag and environment variable
 */
import { addDeploymentController } from './controllers/deployment/index.ts';
import { addPolicyController } from './controllers/policy/index.ts';
import { addProjectController } from './controllers/project/index.ts';
import {
  ConfigurationError,
  connect,
  createLog,
  giveBackWhenIdle,
  loadConfiguration,
  Manager,
  monotonicClock,
} from './operator/index.ts';
import { settings as schema } from './settings.ts';

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
const connection = await connect({
  ...(settings.kube.config !== undefined && { kubeconfig: settings.kube.config }),
  ...(settings.kube.context !== undefined && { context: settings.kube.context }),
});
const manager = new Manager({
  connection,
  fieldManager: 'mainstay',
  log,
  probes: listen(settings.probes),
  metrics: listen(settings.metrics),
  ...(enabled && { leaderElection: lease }),
  definitions: true,
});
addProjectController(manager, settings.project);
addDeploymentController(manager, settings.deployment, [connection.server.hostname]);
addPolicyController(manager, settings.policy);
giveBackWhenIdle({ clock: monotonicClock });
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
