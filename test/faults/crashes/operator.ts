import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Writes the program as it is shipped, in one file: it starts in a third of the time that its sources take. */
export async function bundleOperator(file: string): Promise<void> {
  await promisify(execFile)('npm', ['run', 'bundle', '--', `--outfile=${file}`], { cwd: root });
}

/** The real program, in a process of its own. */
export interface OperatorProcess {
  /** Resolves when it has begun to lead. Rejects if it ends by itself, unless it could not keep its lease. */
  readonly leads: Promise<void>;
  /** SIGKILL, at this very moment; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** As short as processes that are killed all the time need it. */
const settings = {
  MAINSTAY_LEADER_ELECTION_LEASE_DURATION: '2s',
  MAINSTAY_LEADER_ELECTION_RENEW_DEADLINE: '1200ms',
  MAINSTAY_LEADER_ELECTION_RETRY_PERIOD: '250ms',
  MAINSTAY_PROJECT_USAGE_INTERVAL: '1000',
  MAINSTAY_PROBES_PORT: '0',
  MAINSTAY_METRICS_PORT: '0',
};

export function startOperator(program: string, kubeconfig: string): OperatorProcess {
  const leads = Promise.withResolvers<void>();
  // Looked at by whoever waits for it to lead.
  leads.promise.catch(() => {});
  let killed = false;
  let child = run();

  function run(): ChildProcess {
    const started = spawn(process.execPath, [program], {
      env: { ...process.env, KUBECONFIG: kubeconfig, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    const read = (text: string) => {
      log = `${log}${text}`.slice(-5000);
      if (log.includes('"msg":"leading"')) leads.resolve();
    };
    started.stdout.setEncoding('utf8').on('data', read);
    started.stderr.setEncoding('utf8').on('data', read);
    started.on('close', (code) => {
      if (killed) return;
      // On a machine that is busy otherwise a lease of 2 s cannot always be kept; a cluster starts the program again.
      if (log.includes('LeadershipLostError')) child = run();
      else leads.reject(new Error(`the operator ended with ${code}:\n${log}`));
    });
    return started;
  }

  return {
    leads: leads.promise,
    kill: async () => {
      killed = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
