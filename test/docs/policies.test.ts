import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { compile } from '../../controllers/policy/compile/index.ts';
import { policyKind } from '../../crds/policy/kind.ts';
import { policySpec } from '../../crds/policy/schema.ts';
import { customResourceDefinition } from '../../crds/structural/customResourceDefinition.ts';
import { facts, judge } from '../policies/judged.ts';
import { fieldsNamed, isField } from './fields.ts';
import { pages } from './pages.ts';

/** What the pages show of Policies: that they mean something is shown by the very judge and compiler of the operator. */

const policy = z.object({
  kind: z.literal('Policy'),
  apiVersion: z.literal('mainstay.dev/v1alpha1'),
  metadata: z.object({ name: z.string() }),
  spec: policySpec,
});

const shown = pages.flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => language === 'yaml')
    .flatMap(({ text, line }) =>
      parseAllDocuments(text).flatMap((document) => {
        const { data } = policy.safeParse(document.toJS());
        return data === undefined ? [] : [{ place: `${path}:${line}`, ...data }];
      }),
    ),
);

describe('a Policy that is shown', () => {
  it('is on each page that is about writing them', () => {
    const seen = new Set(shown.map(({ place }) => place.split(':')[0]));
    const about = ['concepts', 'write-a-rule', 'roll-out', 'exceptions', 'from-kyverno', 'from-gatekeeper'];
    expect(about.filter((name) => !seen.has(`docs/policy/${name}.md`))).toEqual([]);
  });

  it.each(
    shown.map(({ place, metadata, spec }) => [place, metadata.name, spec] as const),
  )('%s, %s: compiles, and nothing is wrong with it but in one that is called broken', (_, name, spec) => {
    if (name === 'broken') {
      expect(judge(name, spec).findings).toContainEqual(expect.objectContaining({ weight: 'Refused' }));
      return;
    }
    const { findings } = compile([{ name, spec, enforcement: 'Deny', proven: true }], facts);
    expect(findings).toEqual([]);
    // Of a rule about who asks, no more is said than that.
    expect(judge(name, spec).findings.filter(({ reason }) => reason !== 'JudgedOnRequest')).toEqual([]);
  });
});

describe('fields of a Policy', () => {
  const [version] = customResourceDefinition(policyKind).spec.versions;
  const schema = version?.schema.openAPIV3Schema;
  const about = pages.filter(({ path }) => /^(docs\/policy|policies)\//.test(path));

  it.each(about.map((one) => [one.path, one] as const))('%s: each that is named is there', (_, { text }) => {
    expect(fieldsNamed(text).filter((path) => !isField(schema, path.split('.')))).toEqual([]);
  });
});
