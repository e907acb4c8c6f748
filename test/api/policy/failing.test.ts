import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySpec } from '../../../crds/policy/schema.ts';
import { policy, Stage } from './stage.ts';
import { pod } from './workloads.ts';

/** What people read who are refused because a rule cannot be computed. */

const namespace = 'policy-failing';
const pack = new URL('../../../policies/pod-security/baseline/', import.meta.url);
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(namespace);
  const { placements, findings } = await stage.enforce([
    policy('careless', namespace, {
      rules: [
        {
          name: 'app-is-shop',
          expression: "object.metadata.labels.app == 'shop'",
          message: 'app is shop',
        },
        {
          name: 'as-nobody',
          expression: 'podSpec.containers.all(c, !(c.securityContext.runAsUser == 0))',
          message: 'not as root',
        },
      ],
    }),
    ...readdirSync(pack)
      .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
      .map((file) => {
        const { metadata, spec } = parse(readFileSync(new URL(file, pack), 'utf8'));
        const { rules, variables, params } = policySpec.parse(spec);
        return policy(metadata.name, namespace, {
          rules,
          ...(variables === undefined ? {} : { variables }),
          ...(params === undefined ? {} : { params }),
        });
      }),
  ]);
  expect(findings).toEqual([]);
  expect(new Set(placements.map(({ object }) => object)).size).toBe(1);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

const refusal = (labels: Readonly<Record<string, string>>, container: object) =>
  stage.refusal(
    pod(namespace, 'a', '', { labels, containers: [{ name: 'main', image: 'app:1', ...container }] }),
  );

const asUser = (runAsUser: number) => ({ securityContext: { runAsUser } });

describe('where a rule reads what is not there, the refusal names Policy and rule, and says what is missing', () => {
  it.for([
    ['labels', {}, asUser(1), 'app-is-shop', 'labels'],
    ['one label', { other: 'x' }, asUser(1), 'app-is-shop', 'app'],
    ['a field of a container', { app: 'shop' }, { securityContext: {} }, 'as-nobody', 'runAsUser'],
    ['more of it', { app: 'shop' }, {}, 'as-nobody', 'securityContext'],
  ] as const)('%s', async ([, labels, container, rule, missing]) => {
    const said = (await refusal(labels, container)) ?? '';
    const [, variable] = /\|\| variables\.(rule_\w+) /.exec(said) ?? [];
    expect(said).toContain(
      `variables.${variable} // Policy careless, rule ${rule}' resulted in error: composited variable "${variable}" fails to evaluate: no such key: ${missing}`,
    );
    expect(said.length).toBeLessThan(600);
  });

  it('and what breaks no rule is taken', async () => {
    expect(await refusal({ app: 'shop' }, asUser(1))).toBeUndefined();
    expect(await refusal({ app: 'shop' }, asUser(0))).toContain('rule as-nobody: not as root');
  });
});
