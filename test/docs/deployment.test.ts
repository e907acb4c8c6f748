import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { gateways } from '../../controllers/deployment/analysis/presets/gateways.ts';
import { eventReasons } from '../../controllers/deployment/plan/events.ts';
import { reasons } from '../../controllers/deployment/plan/reasons.ts';
import { deploymentAdmission } from '../../crds/deployment/admission.ts';
import { deploymentKind } from '../../crds/deployment/kind.ts';
import { requestVerbs } from '../../crds/deployment/names.ts';
import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import { customResourceDefinition } from '../../crds/structural/customResourceDefinition.ts';
import { fieldsNamed, isField } from './fields.ts';
import { codeIn, page, pageOf, pages, root, section, tableIn } from './pages.ts';
import { messages, phases } from './rollouts.ts';

const concepts = page('docs/deployment/concepts.md');
const troubleshooting = page('docs/deployment/troubleshooting.md');

describe('the phases of the concepts', () => {
  const told = section(concepts, 'Phases, and what others see');
  const [argo = ''] = pageOf('', section(concepts, 'Argo CD')).blocks.map(({ text }) => text);
  const rows = tableIn(told).map(([phase, ready, reconciling, stalled, progressing, flux, argoCd]) => ({
    phase: codeIn(phase) ?? '',
    conditions: { Ready: ready, Reconciling: reconciling, Stalled: stalled, Progressing: progressing },
    flux,
    argoCd,
  }));

  it('are those of the schema', () => {
    expect(rows.map(({ phase }) => phase).toSorted()).toEqual(Object.keys(phases).toSorted());
  });

  it.each(rows)('$phase has the conditions that the planner reports', ({ phase, conditions, flux }) => {
    const status = Object.entries(phases).find(([name]) => name === phase)?.[1]();
    expect(status?.phase).toBe(phase);
    const reported = Object.fromEntries(
      (status?.conditions ?? []).map((condition) => [condition.type, condition.status]),
    );
    expect(reported).toMatchObject(conditions);
    expect(status === undefined ? undefined : kstatus(status)).toBe(flux);
  });

  it('are what the script for Argo CD makes of them', () => {
    const script = z
      .strictObject({
        data: z.strictObject({ 'resource.customizations.health.mainstay.dev_Deployment': z.string() }),
      })
      .parse(parse(argo));
    const [lua = ''] = Object.values(script.data);
    expect(lua).toBe(scriptOf(rows));
  });

  it('are all in the picture', () => {
    const [picture = ''] = pageOf('', told)
      .blocks.filter(({ language }) => language === 'mermaid')
      .map(({ text }) => text);
    const states = [...picture.matchAll(/^ +(\w+|\[\*\]) --> (\w+)/gm)].flatMap(([, from = '', to = '']) => [
      from,
      to,
    ]);
    expect([...new Set(states)].filter((state) => state !== '[*]').toSorted()).toEqual(
      Object.keys(phases).toSorted(),
    );
  });
});

describe('the reasons of troubleshooting', () => {
  const allReasons = Object.entries(reasons);

  it('are those of the code, in its order and in its words', () => {
    const said = tableIn(section(troubleshooting, 'All reasons')).map(([reason = '', meaning]) => [
      /^\[(\w+)\]/.exec(reason)?.[1],
      meaning,
    ]);
    expect(said).toEqual(allReasons.map(([reason, { meaning }]) => [reason, meaning]));
  });

  it('have each a section, and there is no other', () => {
    const sections = troubleshooting.headings.filter(({ level }) => level === 3).map(({ text }) => text);
    expect(sections).toEqual(Object.keys(reasons));
  });

  it.each(
    allReasons.filter(([, { remedy }]) => remedy !== 'Nothing to do.'),
  )('%s: says what to do', (reason) => {
    expect(section(troubleshooting, reason)).toContain('**Do:**');
  });

  const shown = Object.keys(reasons).flatMap((reason) => {
    const [block] = pageOf('', section(troubleshooting, reason)).blocks.filter(
      ({ language }) => language === '',
    );
    return block === undefined ? [] : [[reason, block.text.trim()] as const];
  });

  it('show a message each, where there is one to show', () => {
    expect(shown.map(([reason]) => reason)).toEqual(Object.keys(messages));
  });

  it.each(shown)('%s: the message is one that the planner gives', (reason, text) => {
    const status = messages[reason]?.();
    expect(timeless(status?.message)).toBe(timeless(text));
    const said = [status?.conditions.find(({ type }) => type === 'Ready')?.reason, status?.failed?.reason];
    expect(said).toContain(reason);
  });
});

it('the events of troubleshooting are those of the code, in its words', () => {
  const said = tableIn(section(troubleshooting, 'Events')).map(([event, meaning]) => [
    codeIn(event),
    meaning,
  ]);
  expect(said.toSorted()).toEqual(Object.entries(eventReasons).toSorted());
});

it('the verbs of requests are those of the schema, with the verbs of RBAC that they need', () => {
  const said = tableIn(section(concepts, 'Requests')).flatMap(([verbs = '', , right]) =>
    [...verbs.matchAll(/`(\w+)`/g)].map(([, verb]) => [verb, codeIn(right)]),
  );
  expect(said).toEqual(Object.entries(requestVerbs));
});

it('the gateways whose metrics presets know are named', () => {
  const said = tableIn(section(page('docs/deployment/prometheus.md'), 'What the gateway measures'));
  expect(said.map(([name]) => name).toSorted()).toEqual(gateways.map(({ name }) => name).toSorted());
});

it('the admission policies that come with Deployments are told of where a write is refused', () => {
  const policies = deploymentAdmission.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  const [, ...said] = tableIn(section(troubleshooting, 'A write is refused')).map(([by]) => codeIn(by));
  expect(said.toSorted()).toEqual(policies.map(({ metadata }) => metadata.name).toSorted());
});

it('the examples of Deployments are each in their README', () => {
  const said = tableIn(page('examples/deployment/README.md').text).map(([file]) => codeIn(file));
  const files = readdirSync(join(root, 'examples/deployment')).filter((name) => name.endsWith('.yaml'));
  expect(said.toSorted()).toEqual(files.toSorted());
});

describe('fields of a Deployment', () => {
  const [version] = customResourceDefinition(deploymentKind).spec.versions;
  const schema = version?.schema.openAPIV3Schema;
  const about = pages.filter(({ path }) => path.startsWith('docs/deployment/'));

  it.each(about.map((one) => [one.path, one] as const))('%s: each that is named is there', (_, { text }) => {
    expect(fieldsNamed(text).filter((path) => !isField(schema, path.split('.')))).toEqual([]);
  });

  it('that is not there is found', () => {
    expect(isField(schema, ['spec', 'strategy', 'canary', 'steps[]', 'weight'])).toBe(true);
    expect(isField(schema, ['spec', 'strategy', 'canary', 'steps', 'weight'])).toBe(false);
    expect(isField(schema, ['spec', 'strategy', 'canary', 'setWeight'])).toBe(false);
  });
});

/** To the letter as Lua 5.4 was seen to run it for each phase, a status of before, none, and a phase that nobody knows. */
function scriptOf(rows: readonly { readonly phase: string; readonly argoCd: string | undefined }[]): string {
  const table = rows.map(({ phase, argoCd }) => `  ${phase} = "${argoCd}",\n`).join('');
  return `local health = {
${table}}
local hs = { status = "Progressing", message = "Waiting for the operator" }
if obj.status ~= nil and obj.status.observedGeneration == obj.metadata.generation then
  hs.status = health[obj.status.phase] or "Unknown"
  hs.message = obj.status.message
end
return hs
`;
}

/** What kstatus, and so Flux, makes of conditions that are of the present generation. */
function kstatus({ conditions }: DeploymentStatus): string {
  const is = (type: string) => conditions.find((condition) => condition.type === type)?.status;
  if (is('Reconciling') === 'True') return 'InProgress';
  if (is('Stalled') === 'True') return 'Failed';
  return is('Ready') === 'True' ? 'Current' : 'InProgress';
}

function timeless(text: string | undefined): string | undefined {
  return text?.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME');
}
