import { afterAll, beforeAll, expect, it } from 'vitest';
import { Field } from '../../../controllers/policy/admission/field.ts';
import { fixCheck } from '../../../controllers/policy/admission/fixCheck.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { type KindSchema, kindsOf } from '../../../operator/cel/index.ts';
import { isApiError } from '../../../operator/client/apiError.ts';
import { ConnectionError } from '../../../operator/transport/connectionError.ts';
import { eventually } from '../../eventually.ts';
import type { Content } from './fixStage.ts';
import { policy, Stage } from './stage.ts';
import { app } from './workloads.ts';

/**
 * What the API server makes of mutations that make no object, whatever the failure policy, and that none of them gets there.
 */

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

type Mutation = NonNullable<PolicySpec['fix']>['mutations'][number];

const patch = (path: string, value: string): Mutation =>
  patches(`{op: 'add', path: ${path}, value: ${value}}`);
const patches = (fields: string): Mutation => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression: `[JSONPatch${fields}]` },
});
const merged = (spec: string): Mutation => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: {
    expression: `Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{${spec}}}}}`,
  },
});

const containers = "podSpecPath + '/containers";
const container = 'Object.spec.template.spec.containers';

type Fate = 'answered with 500' | 'cut off' | 'refused as invalid' | 'left as it is' | 'changed';

const mutations: readonly (readonly [what: string, Mutation, Fate, refused: string | undefined])[] = [
  [
    'a patch of a field that is not there',
    patch("podSpecPath + '/hostNetwrok'", 'true'),
    'answered with 500',
    'undefined field',
  ],
  [
    'a patch by another type',
    patch("podSpecPath + '/hostNetwork'", "'true'"),
    'answered with 500',
    'must be a boolean',
  ],
  [
    'a patch by a number too large',
    patch("'/spec/replicas'", '5000000000'),
    'answered with 500',
    'must be an integer',
  ],
  [
    'a patch by no quantity',
    patch(`${containers}/0/resources'`, "{'limits': {'cpu': '1 core'}}"),
    'answered with 500',
    'must be a quantity',
  ],
  [
    'a patch with an Object in a list',
    patch(`${containers}'`, `[${container}{name: 'x', image: 'y'}]`),
    'cut off',
    'write a map',
  ],
  [
    'a patch by another choice',
    patch(`${containers}/0/imagePullPolicy'`, "'always'"),
    'refused as invalid',
    'must be one of',
  ],
  [
    'a patch that takes away what must be there',
    patches("{op: 'remove', path: podSpecPath + '/containers'}"),
    'refused as invalid',
    'must have',
  ],
  [
    'a patch of what is not there',
    patch("podSpecPath + '/securityContext/x/y'", 'true'),
    'left as it is',
    'undefined field',
  ],
  [
    'a patch that cannot be evaluated',
    patch("podSpecPath + '/hostNetwork'", 'object.spec.paused'),
    'left as it is',
    undefined,
  ],
  ['a merge of a field that is not there', merged('hostNetwrok: true'), 'left as it is', 'undefined field'],
  ['a merge of another type', merged("hostNetwork: 'true'"), 'left as it is', "expected type 'bool'"],
  [
    'a merge of what is atomic',
    merged(`tolerations: [Object.spec.template.spec.tolerations{key: 'x'}]`),
    'left as it is',
    'atomic',
  ],
  [
    'a merge of an element without its key',
    merged(`containers: [${container}{image: 'x'}]`),
    'refused as invalid',
    "needs 'name'",
  ],
  [
    'a merge of a map in a list',
    merged(`containers: [{'name': 'x', 'image': 'y'}]`),
    'left as it is',
    'write an Object',
  ],
  [
    'a patch with an Object',
    patch(`${containers}/-'`, `${container}{name: 'x', image: 'y'}`),
    'changed',
    undefined,
  ],
  [
    'a patch with an Object that has a list',
    patch(
      `${containers}/-'`,
      `${container}{name: 'x', image: 'y', args: ['a'], env: [${container}.env{name: 'a', value: 'b'}]}`,
    ),
    'changed',
    undefined,
  ],
  [
    'a patch with a map',
    patch(`${containers}/-'`, "{'name': dyn('x'), 'image': dyn('y'), 'args': dyn(['a'])}"),
    'changed',
    undefined,
  ],
  [
    'a merge',
    merged(
      `hostNetwork: false, containers: [${container}{name: 'main', resources: Object.spec.template.spec.containers.resources{limits: {'cpu': '1'}}}]`,
    ),
    'changed',
    undefined,
  ],
];

const space = 'policy-fix-mutations';
const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
let stage: Stage;
let schema: KindSchema;
let root: Field;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(space);
  const document = await stage.client.request<Document>({ method: 'GET', path: '/openapi/v3/apis/apps/v1' });
  const [known, field] = [kindsOf(document)(kind), Field.ofKind(document.components.schemas, kind)];
  if (known === undefined || field === undefined) throw new Error('there are no Deployments');
  [schema, root] = [known, field];
});
afterAll(() => stage[Symbol.asyncDispose]());

const deployments = `/apis/apps/v1/namespaces/${space}/deployments`;
const object = app('Deployment', space, 'shop', 'good/1');

/** What becomes of a creation; undefined for as long as the mutations are not in force. */
async function fateOf(): Promise<{ readonly fate: Fate; readonly why: string } | undefined> {
  const query = { dryRun: 'All' };
  try {
    const { metadata, spec } = await stage.client.request<Content>({
      method: 'POST',
      path: deployments,
      query,
      body: object,
    });
    if (metadata.labels?.reached !== 'yes') return undefined;
    const { containers } = podOf(spec);
    const [main] = containers;
    const isChanged = containers.length > 1 || main?.resources?.limits !== undefined;
    return { fate: isChanged ? 'changed' : 'left as it is', why: JSON.stringify(podOf(spec)) };
  } catch (error) {
    if (isApiError(error))
      return { fate: error.status === 500 ? 'answered with 500' : 'refused as invalid', why: error.message };
    if (error instanceof ConnectionError) return { fate: 'cut off', why: error.message };
    throw error;
  }
}

interface PodSpec {
  readonly containers: readonly { readonly resources?: { readonly limits?: object } }[];
}

function podOf(spec: unknown): PodSpec {
  return (spec as { readonly template: { readonly spec: PodSpec } }).template.spec;
}

it.for(mutations)('%s: what becomes of the request, and what is said beforehand', async ([
  ,
  mutation,
  expected,
  said,
]) => {
  const reached: Mutation = {
    patchType: 'ApplyConfiguration',
    applyConfiguration: { expression: "Object{metadata: Object.metadata{labels: {'reached': 'yes'}}}" },
  };
  const fix = { mutations: [mutation, reached], existing: 'Off' as const };
  const fixing = policy('fixing', space, { enforcement: 'Warn', fix });
  const { types, misfits } = fixCheck(fixing.spec, kind, schema, root);
  const problems = [...types, ...misfits].map(({ message }) => message);
  if (said === undefined) expect(problems).toEqual([]);
  else expect(problems).toContainEqual(expect.stringContaining(said));
  const { objects } = await stage.enforce([fixing]);
  try {
    const found = await eventually(async () => (await fateOf()) ?? Promise.reject(new Error('not in force')));
    expect(found.fate, found.why).toBe(expected);
  } finally {
    await stage.take(objects);
  }
});
