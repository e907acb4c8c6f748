import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPlaneBinaries, findBinaries } from '../binaries/index.ts';
import type { CertificateAuthority } from '../certificates/authority.ts';
import type { ReapedProcess, Reaper } from '../processes/reaper.ts';
import { createWorkspace, type Workspace } from '../processes/workspace.ts';
import { AdminApi } from './adminApi.ts';
import {
  auditLogPath,
  ComponentCommands,
  defaultBindAddress,
  defaultServiceCidr,
  etcdSocket,
  firstServiceAddress,
} from './commands.ts';
import { type ControlPlaneFiles, layOutFiles } from './files.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { ControlPlaneOptions } from './options.ts';
import { freePort } from './ports.ts';

/**
 * etcd, API server, controller manager and scheduler, ready for use: the admin can do everything, the namespace
 * `default` has its ServiceAccount.
 */
export class ControlPlane {
  /** What the cluster's processes and folders are registered with; more may be added to it. */
  readonly reaper: Reaper;
  /** The folder that holds all of this cluster. */
  readonly directory: string;
  /** Where key files and logs lie. */
  readonly files: ControlPlaneFiles;
  readonly url: string;
  /** The path of the administrator's kubeconfig (group system:masters). */
  readonly kubeconfig: string;
  readonly api: AdminApi;
  /** The path of the audit log, if one was asked for. */
  readonly auditLog: string | undefined;
  readonly #commands: ComponentCommands;
  readonly #port: number;
  readonly #startTimeout: number;
  #apiServer: ReapedProcess;

  /** Use `startControlPlane`. */
  constructor(parts: StartedParts) {
    const { reaper, files, url, options } = parts;
    this.reaper = reaper;
    this.files = files;
    this.directory = files.directory;
    this.url = url;
    this.kubeconfig = parts.kubeconfig;
    this.api = parts.api;
    this.auditLog = options.auditLog === true ? auditLogPath(files) : undefined;
    this.#commands = parts.commands;
    this.#port = parts.port;
    this.#apiServer = parts.apiServer;
    this.#startTimeout = options.startTimeoutMilliseconds ?? 60_000;
  }

  /** Issues certificates that the cluster trusts. */
  get authority(): CertificateAuthority {
    return this.files.authority;
  }

  /**
   * The path of a kubeconfig for any user of any groups. RBAC alone decides what they may do. A ServiceAccount's user
   * is `system:serviceaccount:<namespace>:<name>`.
   */
  kubeconfigFor(user: string, groups: readonly string[] = []): string {
    return kubeconfigFor(this.files, this.url, user, groups);
  }

  /** Kills the API server (SIGKILL) and starts it again, on the same port and data. Resolves when it is ready. */
  async restartApiServer(): Promise<void> {
    await this.#apiServer.end(0);
    const deadline = AbortSignal.timeout(this.#startTimeout);
    this.#apiServer = await startApiServer(this.reaper, this.files, this.#commands, this.#port);
    await ready(this.api, '/readyz', this.#apiServer, deadline);
  }

  /** Ends all processes and removes all files. */
  async stop(): Promise<void> {
    this.api.close();
    await this.reaper.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Starts a control plane in a workspace: its own unless one is given. On failure nothing stays behind, and the error
 * says which component failed, with the end of its log.
 */
export async function startControlPlane(
  options: ControlPlaneOptions = {},
  workspace?: Workspace,
): Promise<ControlPlane> {
  const binaries = await findBinaries(controlPlaneBinaries);
  const { reaper, directory } = workspace ?? (await createWorkspace());
  try {
    const files = layOutFiles(directory, apiServerHosts(options));
    const commands = new ComponentCommands(binaries, files, options);
    return new ControlPlane(await startComponents(reaper, files, commands, options));
  } catch (error) {
    await reaper.stop();
    throw error;
  }
}

interface StartedParts {
  readonly reaper: Reaper;
  readonly files: ControlPlaneFiles;
  readonly commands: ComponentCommands;
  readonly options: ControlPlaneOptions;
  readonly port: number;
  readonly url: string;
  readonly api: AdminApi;
  readonly kubeconfig: string;
  readonly apiServer: ReapedProcess;
}

async function startComponents(
  reaper: Reaper,
  files: ControlPlaneFiles,
  commands: ComponentCommands,
  options: ControlPlaneOptions,
): Promise<StartedParts> {
  const deadline = AbortSignal.timeout(options.startTimeoutMilliseconds ?? 60_000);
  const etcd = await reaper.spawn({
    name: 'etcd',
    command: commands.etcd(),
    log: files.log('etcd'),
    workingDirectory: files.directory,
  });
  await waitFor(() => existsSync(join(files.directory, etcdSocket)), etcd, deadline);

  const { apiServer, port, url, api, admin } = await startApiServerOnFreePort(
    reaper,
    files,
    commands,
    options,
    deadline,
  );

  const componentConfig = (user: string): string => kubeconfigFor(files, url, user, []);
  const [controllerManager] = await Promise.all([
    reaper.spawn({
      name: 'kube-controller-manager',
      command: commands.controllerManager(componentConfig('system:kube-controller-manager')),
      log: files.log('kube-controller-manager'),
    }),
    reaper.spawn({
      name: 'kube-scheduler',
      command: commands.scheduler(componentConfig('system:kube-scheduler')),
      log: files.log('kube-scheduler'),
    }),
  ]);
  await ready(api, '/readyz', apiServer, deadline);
  // Without it no pod can be created: the cluster is not ready before.
  await ready(api, '/api/v1/namespaces/default/serviceaccounts/default', controllerManager, deadline);
  return { reaper, files, commands, options, port, url, api, kubeconfig: admin, apiServer };
}

/** Another port, a few times, if somebody takes it between our look and the server's. */
async function startApiServerOnFreePort(
  reaper: Reaper,
  files: ControlPlaneFiles,
  commands: ComponentCommands,
  options: ControlPlaneOptions,
  deadline: AbortSignal,
): Promise<Pick<StartedParts, 'apiServer' | 'port' | 'url' | 'api'> & { readonly admin: string }> {
  const address = options.bindAddress ?? defaultBindAddress;
  for (let attempt = 1; ; attempt += 1) {
    const port = await portOf(options.port ?? (() => freePort(address)));
    const url = `https://${address.includes(':') ? `[${address}]` : address}:${port}`;
    const client = files.authority.issue({ commonName: 'admin', organizations: ['system:masters'] });
    const api = new AdminApi(url, files.authority.certificate, client);
    const apiServer = await startApiServer(reaper, files, commands, port);
    try {
      // Enough for the others to start beside it: from here on they may do what they are for.
      await ready(api, '/readyz/poststarthook/rbac/bootstrap-roles', apiServer, deadline);
      const admin = join(files.kubeconfigs, 'admin.yaml');
      writeKubeconfig(admin, { url, authority: files.authority.certificate, client, name: 'mainstay' });
      return { apiServer, port, url, api, admin };
    } catch (error) {
      api.close();
      const taken = error instanceof Error && error.message.includes('address already in use');
      if (!taken || typeof options.port === 'number' || attempt === 5) throw error;
    }
  }
}

function portOf(port: NonNullable<ControlPlaneOptions['port']>): number | Promise<number> {
  return typeof port === 'number' ? port : port();
}

function startApiServer(
  reaper: Reaper,
  files: ControlPlaneFiles,
  commands: ComponentCommands,
  port: number,
): Promise<ReapedProcess> {
  return reaper.spawn({
    name: 'kube-apiserver',
    command: commands.apiServer(port),
    log: files.log('kube-apiserver'),
    workingDirectory: files.directory,
  });
}

function apiServerHosts(options: ControlPlaneOptions): readonly string[] {
  return [
    ...new Set([
      'localhost',
      '127.0.0.1',
      options.bindAddress ?? defaultBindAddress,
      firstServiceAddress(options.serviceCidr ?? defaultServiceCidr),
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      ...(options.hosts ?? []),
    ]),
  ];
}

function kubeconfigFor(
  files: ControlPlaneFiles,
  url: string,
  user: string,
  groups: readonly string[],
): string {
  const client = files.authority.issue({ commonName: user, organizations: groups });
  // The user's name may hold what a file name may not; the number keeps two of a name apart.
  const file = `${user.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 100)}-${randomUUID().slice(0, 8)}.yaml`;
  const path = join(files.kubeconfigs, file);
  writeKubeconfig(path, { url, authority: files.authority.certificate, client, name: user });
  return path;
}

/** Until the path is answered. */
function ready(api: AdminApi, path: string, process: ReapedProcess, deadline: AbortSignal): Promise<void> {
  return waitFor(() => api.answers(path), process, deadline);
}

/** Until the condition holds. Fails, with the end of the log, if the process ends before or the time is up. */
async function waitFor(
  condition: () => boolean | Promise<boolean>,
  process: ReapedProcess,
  deadline: AbortSignal,
): Promise<void> {
  const ended = process.exited.then(({ code, signal }) => `ended with ${signal ?? `code ${code}`}`);
  for (;;) {
    // Whoever has taken its port may keep a question waiting for long.
    const met = await Promise.race([condition(), ended]);
    if (met === true) return;
    if (met !== false) throw new Error(`${process.name} ${met} while starting. ${await endOfLog(process)}`);
    if (deadline.aborted)
      throw new Error(`${process.name} was not ready in time. ${await endOfLog(process)}`);
    await delay(50);
  }
}

async function endOfLog({ log }: ReapedProcess): Promise<string> {
  try {
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    return `The end of its log:\n${lines.slice(-15).join('\n')}`;
  } catch {
    return 'It wrote no log.';
  }
}
