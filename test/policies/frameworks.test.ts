import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../docs/pages.ts';
import { type Control, type Framework, frameworks } from './frameworks.ts';
import { packPolicies } from './packs.ts';

/** What the packs check of frameworks: told by the frameworks' files and by each Policy, and both say the same. */

const policies = packPolicies();
const fileOf = new Map(policies.map(({ name, file }) => [name, file]));

describe.each(frameworks.map((one) => [one.framework, one] as const))('%s', (name, { controls }) => {
  const claimed = controls.flatMap(({ id, policies: names = [] }) =>
    names.map((policy) => `${policy}: ${id}`),
  );

  it('names each control once', () => {
    const ids = controls.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('says of each control which Policies check it, or why none can', () => {
    const unclear = controls.filter(
      ({ policies: names, partly, cannot }) =>
        (names === undefined) === (cannot === undefined) || (cannot !== undefined && partly !== undefined),
    );
    expect(unclear).toEqual([]);
  });

  it('names Policies that are there, and say so themselves', () => {
    const said = policies.flatMap((policy) =>
      (policy.spec.controls ?? [])
        .filter(({ framework }) => framework === name)
        .map(({ id }) => `${policy.name}: ${id}`),
    );
    expect(said.toSorted()).toEqual(claimed.toSorted());
  });
});

it('no Policy names a framework that nobody describes', () => {
  const described = [...frameworks.map(({ framework }) => framework), 'PSS-baseline', 'PSS-restricted'];
  const named = policies.flatMap(({ spec }) => (spec.controls ?? []).map(({ framework }) => framework));
  expect([...new Set(named)].filter((name) => !described.includes(name))).toEqual([]);
});

it('the page of frameworks says the same; npx vitest run --project unit test/policies -u writes it', async () => {
  await expect(page()).toMatchFileSnapshot(join(root, 'policies/frameworks/README.md'));
});

function page(): string {
  return [
    '# Frameworks',
    '',
    'Which controls of which framework the packs check, and which no Policy can, with the reason. An empty line would be a',
    'promise; so every control has one. This page is made of the files beside it.',
    '',
    '| framework | controls | checked | partly | not by a Policy |',
    '| --- | --- | --- | --- | --- |',
    ...frameworks.map(
      ({ framework, file, controls }) =>
        `| [${framework}](#${anchorOf(framework)}) ([data](${file})) | ${controls.length} | ${countOf(controls, isChecked)} | ${countOf(controls, isPartly)} | ${countOf(controls, isNot)} |`,
    ),
    '',
    '"Checked" means that the Policies find every object that violates the control, as far as the control is about objects, but',
    'for the namespaces kube-system, kube-node-lease and mainstay-system, which a Policy matches only where it names them, and but',
    'for roles that come with Kubernetes, or [say so](../rbac/README.md#what-it-cannot-check). How your cluster stands is in the',
    'status of these Policies, and here all of one framework together:',
    '',
    '```sh',
    'kubectl get mpol -o go-template=\'{{range $p := .items}}{{range .spec.controls}}{{if eq .framework "SOC2"}}',
    '{{- .id}} {{$p.metadata.name}} {{$p.status.enforcement}} {{$p.status.counts.fail}} fail{{"\\n"}}',
    "{{- end}}{{end}}{{end}}' | sort",
    '```',
    '',
    'A control that is checked by a Policy that you have not applied does not occur there: it is not met, it is unknown. The sum of a',
    'framework is the [metric](../../docs/operations.md#metrics) `mainstay_policy_framework_verdicts`.',
    '',
    'Of manifests, without a cluster, `npx mainstay check --framework SOC2 deploy/` says the same, control by control',
    '([how](../../docs/policy/check.md#by-a-framework)).',
    '',
    ...frameworks.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf({ framework, title, about, controls }: Framework): readonly string[] {
  return [
    `## ${framework}`,
    '',
    `${title}. ${about}`,
    '',
    '| control | asks | Policies | |',
    '| --- | --- | --- | --- |',
    ...controls.map(
      ({ id, title: asks, policies: names = [], partly, cannot }) =>
        `| ${id} | ${asks} | ${names.map(linkOf).join(', ')} | ${cannot === undefined ? (partly ?? '') : `cannot: ${cannot}`} |`,
    ),
    '',
  ];
}

function linkOf(name: string): string {
  return `[${name}](${join('..', fileOf.get(name) ?? name)})`;
}

const isNot = ({ cannot }: Control) => cannot !== undefined;
const isPartly = ({ partly }: Control) => partly !== undefined;
const isChecked = (control: Control) => !isNot(control) && !isPartly(control);

function countOf(controls: readonly Control[], counts: (control: Control) => boolean): number {
  return controls.filter(counts).length;
}

function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');
}
