import * as z from 'zod';

/** A time as the API server writes it. */
export const time = (description: string) => z.iso.datetime().describe(description);

/** One of the conditions in a status; `type` says which there are. Bounds are wide: a report is never refused for its length. */
export const condition = (type: string) =>
  z
    .strictObject({
      type: z.string().max(316).describe(type),
      status: z.enum(['True', 'False', 'Unknown']).describe('`True`, `False` or `Unknown`.'),
      observedGeneration: z.int().min(0).describe('The `metadata.generation` that this was found for.'),
      lastTransitionTime: time('When `status` last changed.'),
      reason: z
        .string()
        .min(1)
        .max(1024)
        .describe('Why, in one CamelCase word that the documentation lists with what to do.'),
      message: z.string().max(32768).describe('Why, for people, and what to do next.'),
    })
    .describe('One thing that is so, or is not, and since when.');
