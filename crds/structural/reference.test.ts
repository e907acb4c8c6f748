import { describe, expect, it } from 'vitest';
import * as z from 'zod';
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
      limit: z.union([z.number(), z.string().regex(/^[0-9]+%$/)]).describe('Its limit.'),
      pod: z
        .custom<object>()
        .describe('As Kubernetes has it.')
        .register(kubernetes, { schema: { type: 'object', properties: { spec: { type: 'object' } } } }),
    })
    .describe('What it is to be.')
    .register(kubernetes, {
      rules: [
        { rule: 'self.size > 1', message: 'a widget is not that small' },
        { rule: 'self.size != 0', message: 'a widget is not that small' },
      ],
    }),
  status: z.strictObject({}).describe('What it is.'),
  columns: [],
};

describe('the reference page', () => {
  const page = referencePage(customResourceDefinition(widget));

  it('has type, default and bounds of a field beside what it means', () => {
    expect(page).toContain('- **`size`** (integer, default `3`, 1 to 9): How large it is.');
    expect(page).toContain('- **`colour`** (`red` \\| `blue`, **required**): Its colour.');
  });

  it('has the rules where they stand, each message once', () => {
    expect(page).toContain('Rules:\n\n- a widget is not that small.\n\n');
  });

  it('does not tell the fields of a schema that is not ours', () => {
    expect(page).toContain('- **`pod`** (object, **required**): As Kubernetes has it.\n');
    expect(page).not.toContain('`spec.pod`');
  });

  it('says what a value of two types may be', () => {
    expect(page).toContain('- **`limit`** (number or string, **required**, matches `^[0-9]+%$`): Its limit.');
  });

  it('names the kind in full, for it may have the name of one that Kubernetes has', () => {
    expect(page).toContain('`kubectl get widgets.example.com`, or `wd` for short');
  });

  it('tells the same fields once, and links to them', () => {
    expect(page).toContain(
      '- **`back`** (list of objects, **required**, at most 4 entries): Ports. See [`spec.front[]`](#specfront).',
    );
    expect(page.match(/The number\./g)).toHaveLength(1);
  });
});
