import { styleText } from 'node:util';
import { type Deployment, deployments } from '../../controllers/deployment/deployment.ts';
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
import { Screen } from './screen.ts';

/** Tells on the terminal what happens, each thing on a line of its own, as it happens. */
export class Narrator {
  readonly screen = new Screen();
  readonly #started = performance.now();
  #chapters = 0;

  chapter(title: string): void {
    this.#chapters += 1;
    this.screen.line(`\n${styleText('bold', `${this.#chapters}. ${title}`)}`);
  }

  /** What is typed, answered or printed besides. */
  say(text: string): void {
    this.screen.line(text);
  }

  done(what: string): void {
    this.#line(styleText('green', '✓'), what);
  }

  /** Something that has been seen, as it is now. */
  seen(what: string): void {
    this.#line(styleText('dim', '·'), what);
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
    manager.informer({ resource: deployments }).onChange((change) => this.#deployment(change));
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

  /** As `kubectl get deployments.mainstay.dev -w`, but for lines that differ in numbers of pods alone. */
  #deployment(change: Change<Deployment>): void {
    const { name } = change.object.metadata;
    if (change.type === 'Deleted') {
      this.#line(styleText('red', '-'), `Deployment     ${name}`);
      return;
    }
    const now = standing(change.object);
    if (now === undefined || now === standing(change.previous)) return;
    const { message = '' } = change.object.status ?? {};
    this.#line(styleText('yellow', '~'), `Deployment     ${name}  ${now}  ${message}`);
  }

  #line(mark: string, text: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(2).padStart(7);
    this.screen.line(`${styleText('dim', `${seconds} s`)}  ${mark} ${text}`);
  }
}

function readiness(project: Project | undefined): string | undefined {
  const ready = project?.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return undefined;
  return ready.status === 'True' ? 'is Ready' : `is not Ready: ${ready.reason}: ${ready.message}`;
}

/** The columns PHASE, STEP and WEIGHT. */
function standing(deployment: Deployment | undefined): string | undefined {
  const status = deployment?.status;
  if (status === undefined) return undefined;
  const { phase, step, weight } = status;
  const share = weight === undefined ? '' : `${weight.verified} %`;
  return `${phase.padEnd(11)}  ${(step?.text ?? '').padEnd(3)}  ${share.padStart(5)}`;
}
