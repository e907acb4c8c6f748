import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customResourceDefinitions } from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';
import { type Condition, conditionsOf } from '../../../operator/status/conditions.ts';
import { findingsOf } from '../../../operator/status/phases.ts';
import {
  type StatusClient,
  StatusNotStoredError,
  StatusWriter,
} from '../../../operator/status/statusWriter.ts';
import { eventually } from '../../eventually.ts';
import { openStage, type Stage } from './stage.ts';

interface WidgetStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly parts?: Readonly<Record<string, string>>;
  readonly unknownToTheSchema?: string;
}
interface Widget extends KubernetesObject {
  readonly spec?: { readonly size?: number };
  readonly status?: WidgetStatus;
}
const widgets = defineResource<Widget>({
  group: 'runtime-apply.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Namespaced',
});

let stage: Stage;
let writer: StatusWriter<Widget>;

beforeAll(async () => {
  stage = await openStage();
  const text = { type: 'string' };
  const whole = { type: 'integer' };
  const condition = {
    type: 'object',
    required: ['type', 'status'],
    properties: {
      type: text,
      status: text,
      reason: text,
      message: text,
      lastTransitionTime: text,
      observedGeneration: whole,
    },
  };
  const status = {
    type: 'object',
    properties: {
      observedGeneration: whole,
      conditions: {
        type: 'array',
        items: condition,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      },
      parts: { type: 'object', additionalProperties: text },
    },
  };
  const spec = { type: 'object', properties: { size: whole } };
  await stage.client.apply(customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.runtime-apply.example.com' },
    spec: {
      group: widgets.group,
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
        },
      ],
    },
  });
  await eventually(() => stage.client.list(widgets));
  const { client } = stage;
  // An operator that follows a kind may list it, and mostly has no right to get one.
  const rights: StatusClient = {
    fieldManager: client.fieldManager,
    list: (...request) => client.list(...request),
    apply: (...request) => client.apply(...request),
    patch: (...request) => client.patch(...request),
  };
  writer = new StatusWriter({ client: rights, resource: widgets });
});
afterAll(async () => {
  await stage.client.delete(customResourceDefinitions, { name: 'widgets.runtime-apply.example.com' });
  await stage[Symbol.asyncDispose]();
});

const make = (name: string) =>
  stage.client.create(widgets, {
    apiVersion: 'runtime-apply.example.com/v1',
    kind: 'Widget',
    metadata: { name, namespace: stage.namespace },
    spec: { size: 1 },
  });
const saying = (live: Widget, reason: string, now = new Date()): WidgetStatus => ({
  observedGeneration: live.metadata.generation ?? 0,
  conditions: conditionsOf({
    previous: live.status?.conditions,
    findings: findingsOf([{ type: 'PartsReady', state: 'Progressing', reason, message: 'wait' }], {
      reason: 'Done',
      message: '',
    }),
    generation: live.metadata.generation ?? 0,
    now,
  }),
});

describe('a status', () => {
  it('is written once, and skipped while it says that already', async () => {
    const live = await make('once');
    const first = await writer.write(live, saying(live, 'Waiting'));
    if (first.result !== 'written') throw new Error(first.result);
    const later = new Date(Date.now() + 100_000);
    expect((await writer.write(first.object, saying(first.object, 'Waiting', later))).result).toBe(
      'unchanged',
    );
    expect((await stage.read(widgets, 'once')).metadata.resourceVersion).toBe(
      first.object.metadata.resourceVersion,
    );
    expect(first.object.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Ready=False',
      'Reconciling=True',
      'Stalled=False',
      'PartsReady=False',
    ]);
  });

  it('never touches the spec, and loses what is no longer said', async () => {
    const live = await make('dropped');
    const first = await writer.write(live, { ...saying(live, 'Waiting'), parts: { a: '1', b: '2' } });
    if (first.result !== 'written') throw new Error(first.result);
    await writer.write(first.object, { ...saying(first.object, 'Waiting'), parts: { a: '1' } });
    expect(await stage.read(widgets, 'dropped')).toMatchObject({
      spec: { size: 1 },
      status: { parts: { a: '1' } },
    });
    expect((await stage.read(widgets, 'dropped')).status?.parts).toEqual({ a: '1' });
    expect((await stage.read(widgets, 'dropped')).metadata.generation).toBe(1);
  });

  it('is rid of conditions that somebody wrote by hand', async () => {
    const live = await make('forged');
    const first = await writer.write(live, saying(live, 'Waiting'));
    if (first.result !== 'written') throw new Error(first.result);
    const [ready] = first.object.status?.conditions ?? [];
    const forged = {
      ...first.object,
      status: {
        conditions: [
          { ...ready, status: 'True' },
          { ...ready, type: 'Mine' },
        ],
        parts: { x: 'y' },
      },
    };
    const edited = await stage.client.update<KubernetesObject>(widgets, forged, {
      subresource: 'status',
      fieldManager: 'mallory',
    });
    const seen = await stage.read(widgets, edited.metadata.name);
    expect((await writer.write(seen, saying(first.object, 'Waiting'))).result).toBe('written');
    const repaired = await stage.read(widgets, 'forged');
    expect(repaired.status).toEqual(first.object.status);
    expect((await writer.write(repaired, saying(repaired, 'Waiting'))).result).toBe('unchanged');
    const next = await writer.write(repaired, saying(repaired, 'StillWaiting'));
    expect(next).toMatchObject({
      result: 'written',
      object: { status: { conditions: [{ reason: 'StillWaiting' }, {}, {}, {}] } },
    });
  });

  it('is for the very object that it was made for: not for one that is gone, nor its successor', async () => {
    const live = await make('gone');
    await stage.client.delete(widgets, live.metadata);
    expect(await writer.write(live, saying(live, 'Waiting'))).toEqual({ result: 'gone' });
    const successor = await make('gone');
    expect(await writer.write(live, saying(live, 'Waiting'))).toEqual({ result: 'gone' });
    expect((await stage.read(widgets, 'gone')).status).toBeUndefined();
    expect(successor.metadata.uid).not.toBe(live.metadata.uid);
  });

  it('reaches an object that has changed since it was looked at', async () => {
    const live = await make('changed');
    await stage.client.patch(widgets, live.metadata, { type: 'merge', body: { spec: { size: 2 } } });
    expect(await writer.write(live, saying(live, 'Waiting'))).toMatchObject({
      result: 'written',
      object: { spec: { size: 2 }, status: { observedGeneration: 1 } },
    });
  });

  it('that the schema does not know fails with a hint', async () => {
    const live = await make('unknown');
    const status = { ...saying(live, 'Waiting'), unknownToTheSchema: 'x' };
    await expect(writer.write(live, status)).rejects.toThrow();
    await expect(writer.write(live, status)).rejects.not.toBeInstanceOf(StatusNotStoredError);
  });
});
