import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { check } from '../../cli/check.ts';
import { commandOf } from '../../cli/commandLine.ts';

/** A folder with files, for one test. */
export class Workplace implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'mainstay-check-'));

  /** @param files by their paths */
  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    for (const [file, text] of Object.entries(files)) {
      const path = join(this.path, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** What `mainstay check` says; the folder's own path is left out. */
  check(...args: readonly string[]): { readonly text: string; readonly exitCode: number } {
    const paths = args.map((arg) => (arg.startsWith('-') || !arg.includes('.') ? arg : join(this.path, arg)));
    const command = commandOf(['check', ...paths]);
    if (command.name !== 'check') throw new Error('no check');
    const { text, exitCode } = check(command, now);
    return { text: text.replaceAll(`${this.path}/`, ''), exitCode };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

export const now = Date.UTC(2027, 0, 1);

/** A Policy for workloads: no container is privileged. */
export function policy(spec = ''): string {
  return `apiVersion: mainstay.dev/v1alpha1
kind: Policy
metadata: { name: unprivileged }
spec:
  title: Nothing is privileged
  severity: high
  match: { workloads: true }
  rules:
    - name: containers
      expression: "podSpec.containers.all(c, !c.?securityContext.?privileged.orValue(false))"
      message: "a container is privileged: <leave> it out"
  enforcement: Deny
${spec}`;
}

/** A Pod of two containers; the second one's `privileged` stands in the last line. */
export function pod(privileged: boolean, name = 'web'): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  containers:
    - name: good
      image: a:1
    - name: other
      image: b:1
      securityContext:
        privileged: ${privileged}
`;
}
