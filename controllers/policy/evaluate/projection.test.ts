import { describe, expect, it } from 'vitest';
import { aCandidate, aRule, someFacts } from '../compile/builders.ts';
import { judgeOf, projected } from './index.ts';

const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
const now = 0;

function judging(expression: string, messageExpression?: string) {
  const said = messageExpression === undefined ? {} : { messageExpression };
  return judgeOf(
    'test',
    aCandidate('test', { rules: [{ ...aRule('rule', expression), ...said }] }).spec,
    someFacts(),
  );
}

const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { long: 'text' } },
  spec: {
    hostNetwork: true,
    nodeName: 'n1',
    containers: [
      { name: 'a', image: 'x', env: [{ name: 'E', value: '1' }], securityContext: { privileged: true } },
      { name: 'b', image: 'y', ports: [{ hostPort: 80 }, {}] },
    ],
  },
};

describe('the fields that are read', () => {
  it('are those of rules and messages, element by element', () => {
    const judge = judging(
      'podSpec.containers.all(c, !c.?securityContext.?privileged.orValue(false))',
      "podSpec.containers.map(c, c.name).join(', ')",
    );
    expect(projected(judge.reads(pods))(object)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        containers: [{ name: 'a', securityContext: { privileged: true } }, { name: 'b' }],
      },
    });
  });

  it.each([
    'podSpec.containers.all(c, !has(c.ports) || c.ports.size() < 2)',
    "podSpec.containers[0].image == 'x'",
    'has(podSpec.hostNetwork)',
    "object.metadata.labels.all(key, key.startsWith('a'))",
    "object.metadata.annotations.exists(key, value, key == 'long')",
    'podSpec.containers.all(c, c.missing == 1)',
    'podSpec.containers.exists(c, c.?env.orValue([]).exists(e, has(e.value)))',
    "podSpec == object.spec && 'labels' in object.metadata",
    "podSpec.all(key, key != 'x' && podSpec[key] != 1) && podSpec.nodeName.startsWith('n')",
    "dyn(podSpec).exists(k, v, type(v) == list && v.exists(c, c.name == 'b')) && podSpec.containers[0].image == 'x'",
    'size(podSpec.containers.filter(c, has(c.ports))) == 1',
  ])('are enough for the same verdict: %s', (expression) => {
    const judge = judging(expression);
    const subject = { object, resource: pods, namespaceObject: undefined };
    const small = { ...subject, object: projected(judge.reads(pods))(object) };
    expect(judge.judge(small, now)).toEqual(judge.judge(subject, now));
  });

  it('of a field that is named hold beside those of any field', () => {
    const some = projected([
      ['spec', '*', 'a'],
      ['spec', 'named', 'b'],
    ]);
    const kept = { a: 1, b: 2 };
    expect(some({ spec: { named: kept, other: kept } })).toEqual({ spec: { named: kept, other: { a: 1 } } });
  });

  it('of a CronJob are where its pod stands', () => {
    const cronJobs = {
      group: 'batch',
      version: 'v1',
      resource: 'cronjobs',
      kind: 'CronJob',
      namespaced: true,
    };
    expect(judging('podSpec.hostNetwork').reads(cronJobs)).toContainEqual([
      'spec',
      'jobTemplate',
      'spec',
      'template',
      'spec',
      'hostNetwork',
    ]);
  });
});
