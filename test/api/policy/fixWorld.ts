import { expect } from 'vitest';
import { type Candidate, compile } from '../../../controllers/policy/compile/index.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { eventually } from '../../eventually.ts';
import { type Content, Operator } from './fixStage.ts';
import { facts, type Manifest, policy, Stage } from './stage.ts';
import { app } from './workloads.ts';

type Mutation = NonNullable<PolicySpec['fix']>['mutations'][number];

const json = (expression: string): Mutation => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const merged = (expression: string): Mutation => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});

export const noToken = json(
  "podSpec.?automountServiceAccountToken.orValue(true) ? [JSONPatch{op: 'add', path: podSpecPath + '/automountServiceAccountToken', value: false}] : []",
);
const tier = (value: string) => merged(`Object{metadata: Object.metadata{labels: {'tier': '${value}'}}}`);
const fewer = (name: string) =>
  json(
    `object.metadata.name == '${name}' && object.spec.replicas != 1 ? [JSONPatch{op: 'replace', path: '/spec/replicas', value: 1}] : []`,
  );

export const anyRule = (expression: string) => ({ rules: [{ name: 'any', expression, message: 'any' }] });

/** Policies that only count, of the workloads of the namespace, whose rules are of no matter here: the test is the scan. */
function candidatesIn(space: string): readonly Candidate[] {
  const fixing = (
    name: string,
    existing: 'Suggest' | 'Apply',
    mutation: Mutation,
    fields: Partial<PolicySpec> = {},
  ) =>
    policy(name, space, {
      enforcement: 'Audit',
      fix: { mutations: [mutation], existing },
      ...anyRule('podSpec.containers.size() > 0'),
      ...fields,
    });
  return [
    fixing('token', 'Apply', noToken),
    fixing('token-suggested', 'Suggest', noToken),
    fixing('team', 'Apply', merged("Object{metadata: Object.metadata{labels: {'team': 'shop'}}}")),
    fixing(
      'restless',
      'Apply',
      json("[JSONPatch{op: 'replace', path: '/spec/replicas', value: object.spec.replicas + 1}]"),
    ),
    fixing(
      'impossible',
      'Apply',
      json("[JSONPatch{op: 'replace', path: podSpecPath + '/containers/0/image', value: ''}]"),
    ),
    fixing('fewer', 'Apply', fewer('fought')),
    fixing('fewer-scaled', 'Apply', fewer('scaled')),
    fixing(
      'job-ttl',
      'Apply',
      json(
        "object.kind == 'Job' ? [JSONPatch{op: 'add', path: '/spec/ttlSecondsAfterFinished', value: 60}] : []",
      ),
    ),
    fixing('tier-a', 'Apply', tier('a')),
    fixing('tier-b', 'Apply', tier('b')),
    fixing('emptied', 'Apply', json("[JSONPatch{op: 'replace', path: '/data/a', value: ''}]"), {
      match: { resources: [{ apiGroups: [''], resources: ['configmaps'] }] },
      ...anyRule("object.data.a == ''"),
    }),
    fixing('roles', 'Apply', json("[JSONPatch{op: 'add', path: '/rules', value: []}]"), {
      match: { resources: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] }] },
      ...anyRule('object.rules.size() == 0'),
    }),
  ];
}

interface Told {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

/** A namespace with Policies whose fixes are for what is there, and the operator that makes them. */
export class FixWorld implements AsyncDisposable {
  readonly stage: Stage;
  readonly operator: Operator;
  readonly space: string;
  readonly candidates: readonly Candidate[];
  readonly compiled: ReturnType<typeof compile>;

  private constructor(
    stage: Stage,
    operator: Operator,
    space: string,
    candidates: readonly Candidate[],
    compiled: ReturnType<typeof compile>,
  ) {
    this.stage = stage;
    this.operator = operator;
    this.space = space;
    this.candidates = candidates;
    this.compiled = compiled;
  }

  static async open(space: string): Promise<FixWorld> {
    const candidates = candidatesIn(space);
    const compiled = compile(candidates, facts());
    expect(compiled.findings).toEqual([]);
    const stage = await Stage.open();
    await stage.namespace(space);
    await stage.put(compiled.objects);
    const operator = await Operator.start();
    operator.follow(candidates, compiled);
    return new FixWorld(stage, operator, space, candidates, compiled);
  }

  candidate(name: string): Candidate {
    const found = this.candidates.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  read(object: Manifest): Promise<Content> {
    return this.stage.read<Content>(object);
  }

  /** `automountServiceAccountToken` of what it runs. */
  async mounts(object: Manifest): Promise<unknown> {
    const { spec } = await this.read(object);
    const { template } = spec as { readonly template: { readonly spec: Readonly<Record<string, unknown>> } };
    return template.spec.automountServiceAccountToken;
  }

  /** Makes it, and tells what it violates. */
  async bad(object: Manifest, policies: readonly string[]): Promise<Content> {
    await this.stage.make(object);
    const made = await this.read(object);
    await this.operator.violates(this.stage, object, policies);
    return made;
  }

  /** Controllers write of an object what they keep; nobody has changed what it says. */
  async isUntouched({ spec, metadata: { name, labels: marks, generation } }: Content): Promise<void> {
    const now = await this.read(app('Deployment', this.space, name, 'any/1'));
    expect(now.spec).toEqual(spec);
    expect(now.metadata).toMatchObject({ generation, ...(marks === undefined ? {} : { labels: marks }) });
    expect(now.metadata.managedFields?.map(({ manager }) => manager)).not.toContain('mainstay-fix');
  }

  async eventsOf({ metadata: { name } }: Manifest): Promise<readonly Told[]> {
    const path = `/apis/events.k8s.io/v1/namespaces/${this.space}/events`;
    const { items } = await this.stage.client.request<{ readonly items: readonly Told[] }>({
      method: 'GET',
      path,
    });
    return items.filter(({ regarding }) => regarding.name === name);
  }

  eventOf(object: Manifest, reason: string): Promise<Told> {
    return eventually(async () => {
      const event = (await this.eventsOf(object)).find((one) => one.reason === reason);
      if (event === undefined) throw new Error(`no event ${reason} of ${object.metadata.name}`);
      return event;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.operator[Symbol.asyncDispose]();
    await this.stage[Symbol.asyncDispose]();
  }
}
