import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { root } from '../docs/pages.ts';

/** What frameworks ask for, and which Policies check it: `policies/frameworks/`. */

const control = z.strictObject({
  id: z.string(),
  /** In our own words. */
  title: z.string(),
  policies: z.array(z.string()).min(1).optional(),
  /** What the Policies do not see of it. */
  partly: z.string().optional(),
  /** Why no Policy can check it. */
  cannot: z.string().optional(),
});
export type Control = z.infer<typeof control>;

const framework = z.strictObject({
  framework: z.string(),
  title: z.string(),
  about: z.string(),
  controls: z.array(control).min(1),
});
export interface Framework extends z.infer<typeof framework> {
  /** Beside the page. */
  readonly file: string;
}

const folder = join(root, 'policies/frameworks');

export const frameworks: readonly Framework[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .toSorted()
  .map((file) => ({ file, ...framework.parse(parse(readFileSync(join(folder, file), 'utf8'))) }));
