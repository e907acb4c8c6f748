import { styleText } from 'node:util';
import type { Project } from '../../controllers/project/project.ts';
import { projects } from '../../controllers/project/project.ts';
import { labels } from '../../crds/project/names.ts';
import {
  type Change,
  connect,
  createLog,
  type KubernetesObject,
  limitRanges,
  Manager,
  namespaces,
  networkPolicies,
  type Resource,
  resourceQuotas,
  roleBindings,
  secrets,
} from '../../operator/index.ts';

/** Tells on the terminal what happens, each thing on a line of its own, as it happens. */
export class Narrator {
  readonly #started = performance.now();
  #chapters = 0;

  chapter(title: string): void {
    this.#chapters += 1;
    console.log(`\n${styleText('bold', `${this.#chapters}. ${title}`)}`);
  }

  done(what: string): void {
    this.#line(styleText('green', '✓'), what);
  }

  /** Follows what Mainstay makes until the signal aborts. Rejects when it cannot. */
  async watch(kubeconfig: string, signal: AbortSignal): Promise<void> {
    const connection = await connect({ kubeconfig });
    const manager = new Manager({ connection, fieldManager: 'demo', log: createLog({ level: 'silent' }) });
    const follow = <T extends KubernetesObject>(resource: Resource<T>): void => {
      const made = manager.informer({ resource, labelSelector: labels.owner });
      made.onChange((change) => this.#made(resource, change));
    };
    follow(namespaces);
    follow(resourceQuotas);
    follow(limitRanges);
    follow(networkPolicies);
    follow(roleBindings);
    follow(secrets);
    manager.informer({ resource: projects }).onChange((change) => this.#project(change));
    await manager.run(signal);
    await connection.close();
  }

  #made<T extends KubernetesObject>({ kind }: Resource<T>, { type, object, initial }: Change<T>): void {
    if (initial || type === 'Modified') return;
    const { name, namespace } = object.metadata;
    const mark = type === 'Added' ? styleText('cyan', '+') : styleText('red', '-');
    this.#line(mark, `${kind.padEnd(14)} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  }

  /** A line whenever a Project's readiness, or the reason for it, changes. */
  #project(change: Change<Project>): void {
    if (change.type === 'Deleted') {
      this.#line(styleText('red', '-'), `Project        ${change.object.metadata.name}`);
      return;
    }
    const now = readiness(change.object);
    if (now === undefined || now === readiness(change.previous)) return;
    this.#line(styleText('yellow', '~'), `Project        ${change.object.metadata.name} ${now}`);
  }

  #line(mark: string, text: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(2).padStart(7);
    console.log(`${styleText('dim', `${seconds} s`)}  ${mark} ${text}`);
  }
}

function readiness(project: Project | undefined): string | undefined {
  const ready = project?.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return undefined;
  return ready.status === 'True' ? 'is Ready' : `is not Ready: ${ready.reason}: ${ready.message}`;
}
