import * as z from 'zod';

/** What can be set of fixes. */
export const fixSettings = z.strictObject({
  perMinute: z
    .number()
    .min(0.1)
    .max(600)
    .default(10)
    .describe('Objects that fixes change in a minute, of all Policies together. Each may restart what runs.'),
  asksPerSecond: z
    .number()
    .min(0.1)
    .max(100)
    .default(5)
    .describe('Dry runs in a second, by which the API server is asked what fixes would change.'),
});

export type FixSettings = z.infer<typeof fixSettings>;
