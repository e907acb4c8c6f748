import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { projectSpec } from '../../crds/project/schema.ts';
import { pages, root } from './pages.ts';

const project = z.strictObject({
  apiVersion: z.literal('mainstay.dev/v1alpha1'),
  kind: z.literal('Project'),
  metadata: z.strictObject({ name: z.string().min(1) }),
  spec: projectSpec,
});

interface Found {
  readonly place: string;
  readonly object: unknown;
}

/** Every object in YAML of the pages, and of the examples, that says it is a Project. */
const found: readonly Found[] = [
  ...pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => language === 'yaml')
      .flatMap(({ text, line }) => objectsIn(`${path}:${line}`, text)),
  ),
  ...readdirSync(join(root, 'examples'))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => objectsIn(`examples/${name}`, readFileSync(join(root, 'examples', name), 'utf8'))),
].filter(({ object }) => isProject(object));

describe('a Project that is shown', () => {
  it('is on several pages and in several examples', () => {
    expect(found.filter(({ place }) => place.startsWith('docs/')).length).toBeGreaterThanOrEqual(3);
    expect(found.filter(({ place }) => place.startsWith('examples/')).length).toBeGreaterThanOrEqual(3);
  });

  it.each(
    found.map(({ place, object }) => [place, object] as const),
  )('%s is one that the schema knows', (_, object) => {
    const parsed = project.safeParse(object);
    expect(parsed.error === undefined ? '' : z.prettifyError(parsed.error)).toBe('');
  });
});

function objectsIn(place: string, text: string): readonly Found[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${place}: ${document.errors[0].message}`);
    return { place, object: document.toJS() };
  });
}

function isProject(object: unknown): boolean {
  return z.looseObject({ kind: z.literal('Project') }).safeParse(object).success;
}
