import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { customResourceDefinition, type Kind } from './customResourceDefinition.ts';
import { kubernetes } from './metadata.ts';
import { referencePage } from './reference.ts';

const port = z.strictObject({ number: z.int().min(1).describe('The number.') }).describe('A port.');
const ports = () => z.array(port).max(4).describe('Ports.').register(kubernetes, { listType: 'atomic' });

const widget: Kind = {
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: ['wd'],
  categories: ['all'],
  scope: 'Namespaced',
  description: 'A widget.',
  spec: z
    .strictObject({
      size: z.int().min(1).max(9).default(3).describe('How large it is.'),
      colour: z.enum(['red', 'blue']).describe('Its colour.'),
      front: ports(),
      back: ports(),
    })
    .describe('What it is to be.')
    .register(kubernetes, { rules: [{ rule: 'self.size > 1', message: 'a widget is not that small' }] }),
  status: z.strictObject({}).describe('What it is.'),
  columns: [],
};

describe('the reference page', () => {
  const page = referencePage(customResourceDefinition(widget));

  it('has type, default and bounds of a field beside what it means', () => {
    expect(page).toContain('- **`size`** (integer, default `3`, 1 to 9): How large it is.');
    expect(page).toContain('- **`colour`** (`red` \\| `blue`, **required**): Its colour.');
  });

  it('has the rules where they stand', () => {
    expect(page).toContain('Rules:\n\n- a widget is not that small.');
  });

  it('tells the same fields once, and links to them', () => {
    expect(page).toContain(
      '- **`back`** (list of objects, **required**, at most 4 entries): Ports. See [`spec.front[]`](#specfront).',
    );
    expect(page.match(/The number\./g)).toHaveLength(1);
  });
});
