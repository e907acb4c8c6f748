import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { deploymentSpec } from '../../crds/deployment/schema.ts';
import { policySpec } from '../../crds/policy/schema.ts';
import { projectSpec } from '../../crds/project/schema.ts';
import { pages, root } from './pages.ts';

/** An object of ours as a person writes it: nothing but what its schema knows. */
const written = {
  Project: object('Project', z.strictObject({ name: z.string().min(1) }), projectSpec),
  Deployment: object(
    'Deployment',
    z.strictObject({ name: z.string().min(1), namespace: z.string().optional() }),
    deploymentSpec,
  ),
  Policy: object('Policy', z.strictObject({ name: z.string().min(1) }), policySpec),
};

interface Found {
  readonly place: string;
  readonly object: unknown;
}

/** Where files are that are applied as they are. The ready Policies are examples as well. */
const folders = ['examples', 'policies'];

/** Every object in YAML of the pages, and of the examples, that says it is one of ours. */
const found: readonly Found[] = [
  ...pages.flatMap(({ path, blocks }) =>
    blocks
      // What is broken is shown with what is said of it.
      .filter(({ language, text }) => language === 'yaml' && !text.startsWith('# broken.yaml\n'))
      .flatMap(({ text, line }) => objectsIn(`${path}:${line}`, text)),
  ),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) => objectsIn(`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8'))),
  ),
].filter(({ object: one }) => isOurs(one));

describe.each(Object.entries(written))('a %s that is shown', (kind, schema) => {
  const shown = found.filter(
    ({ object: one }) => z.looseObject({ kind: z.literal(kind) }).safeParse(one).success,
  );

  it('is on several pages and in several examples', () => {
    expect(shown.filter(({ place }) => place.startsWith('docs/')).length).toBeGreaterThanOrEqual(3);
    const isApplied = ({ place }: Found) => folders.some((folder) => place.startsWith(`${folder}/`));
    expect(shown.filter(isApplied).length).toBeGreaterThanOrEqual(3);
  });

  it.each(
    shown.map(({ place, object: one }) => [place, one] as const),
  )('%s is one that the schema knows', (_, one) => {
    const parsed = schema.safeParse(one);
    expect(parsed.error === undefined ? '' : z.prettifyError(parsed.error)).toBe('');
  });
});

describe('a part of a Deployment that is shown', () => {
  const parts = pages.flatMap(({ path, blocks }) =>
    blocks.flatMap(({ text, line }) =>
      text.startsWith('# within spec\n') ? [[`${path}:${line}`, text] as const] : [],
    ),
  );

  it.each(parts)('%s is one that the schema knows', (place, text) => {
    const parsed = deploymentSpec.partial().safeParse(objectsIn(place, text)[0]?.object);
    expect(parsed.error === undefined ? '' : z.prettifyError(parsed.error)).toBe('');
  });
});

it('nothing that is shown says it is of ours and of a kind that there is not', () => {
  const known = z.looseObject({ kind: z.enum(['Project', 'Deployment', 'Policy']) });
  expect(found.filter(({ object: one }) => !known.safeParse(one).success).map(({ place }) => place)).toEqual(
    [],
  );
});

function object(kind: string, metadata: z.ZodType, spec: z.ZodType) {
  return z.strictObject({
    apiVersion: z.literal('mainstay.dev/v1alpha1'),
    kind: z.literal(kind),
    metadata,
    spec,
  });
}

function objectsIn(place: string, text: string): readonly Found[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${place}: ${document.errors[0].message}`);
    return { place, object: document.toJS() };
  });
}

function isOurs(one: unknown): boolean {
  return z.looseObject({ apiVersion: z.string().startsWith('mainstay.dev/') }).safeParse(one).success;
}
