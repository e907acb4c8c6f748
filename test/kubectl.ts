import { spawn } from 'node:child_process';
import { findBinaries } from '../cluster/binaries/index.ts';

/** How a run of kubectl ended. */
export interface KubectlRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** kubectl as a person would run it, against one cluster. */
export class Kubectl {
  readonly #program: string;
  readonly #kubeconfig: string;

  private constructor(program: string, kubeconfig: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  static async forCluster(kubeconfig: string): Promise<Kubectl> {
    const { kubectl } = await findBinaries(['kubectl']);
    return new Kubectl(kubectl, kubeconfig);
  }

  /** Standard output. Rejects with standard error if kubectl fails. */
  async run(...words: readonly string[]): Promise<string> {
    return this.#succeed(words, '');
  }

  /** `kubectl apply -f -` of objects or YAML. */
  async apply(objects: string | readonly unknown[], ...words: readonly string[]): Promise<string> {
    const text =
      typeof objects === 'string' ? objects : objects.map((one) => JSON.stringify(one)).join('\n---\n');
    return this.#succeed(['apply', '-f', '-', ...words], text);
  }

  /** `kubectl get … -o json`. */
  async get<Answer>(...words: readonly string[]): Promise<Answer> {
    return JSON.parse(await this.run('get', ...words, '-o', 'json')) as Answer;
  }

  /** A run that may fail. */
  async attempt(words: readonly string[], input = ''): Promise<KubectlRun> {
    const child = spawn(this.#program, words, { env: { ...process.env, KUBECONFIG: this.#kubeconfig } });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.stdin.end(input);
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve(status ?? 1));
    });
    return { code, ...output };
  }

  async #succeed(words: readonly string[], input: string): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(words, input);
    if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stderr.trim() || `ended with ${code}`}`);
    return stdout;
  }
}
