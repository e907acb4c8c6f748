import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fixReasons } from '../../../crds/policy/fixes.ts';
import { eventReasons } from './events.ts';

const page = readFileSync(new URL('../../../docs/policy/fixes.md', import.meta.url), 'utf8');
const rowsOf = (heading: string) =>
  [...(page.split(`# ${heading}\n`)[1]?.split(/^#/m)[0] ?? '').matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(
    ([, reason = '', said = '']) => [reason, said],
  );

it('the page lists each reason that status can give, in its order', () => {
  expect(rowsOf('Reasons').map(([reason]) => reason)).toEqual(fixReasons);
});

it('and each event, as the code has it', () => {
  expect(rowsOf('Events')).toEqual(Object.entries(eventReasons));
});
