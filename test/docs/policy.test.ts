import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventReasons } from '../../controllers/policy/events.ts';
import { reasons } from '../../controllers/policy/status/reasons.ts';
import { packPolicies } from '../policies/packs.ts';
import { codeIn, page, section, tableIn } from './pages.ts';

const troubleshooting = page('docs/policy/troubleshooting.md');

describe('the reasons of troubleshooting', () => {
  const allReasons = Object.entries(reasons);

  it('are those of the code, in its order and in its words, with whether waiting helps', () => {
    const said = tableIn(section(troubleshooting, 'All reasons')).map(([reason = '', stalled, meaning]) => [
      /^\[(\w+)\]/.exec(reason)?.[1],
      stalled,
      meaning,
    ]);
    expect(said).toEqual(
      allReasons.map(([reason, { stalled, meaning }]) => [reason, stalled ? 'yes' : 'no', meaning]),
    );
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
});

it('the events of troubleshooting are those of the code, in its words', () => {
  const said = tableIn(section(troubleshooting, 'Events')).map(([event, meaning]) => [
    codeIn(event),
    meaning,
  ]);
  expect(said).toEqual(Object.entries(eventReasons));
});

it('from Pod Security admission: the Policy that is shown is that of the pack, but for where it holds, and that it denies', () => {
  const shown = page('docs/policy/from-pod-security.md').blocks.find(({ text }) =>
    text.includes('kind: Policy'),
  );
  const { metadata, spec } = parse(shown?.text ?? '');
  const pack = packPolicies().find(({ name }) => name === metadata.name);
  expect(spec).toEqual({
    ...pack?.spec,
    match: { ...pack?.spec.match, namespaceSelector: expect.anything() },
    enforcement: 'Deny',
  });
});
