import * as z from 'zod';
import { fixSettings } from './fix/settings.ts';

/** What can be set of the controller of Policies. */
export const policySettings = z.strictObject({
  fix: fixSettings.prefault({}),
  concurrency: z
    .int()
    .min(1)
    .max(256)
    .default(4)
    .describe(
      'Policies whose status is worked on at a time. What they are compiled into is one work for all.',
    ),
});

export type PolicySettings = z.infer<typeof policySettings>;
