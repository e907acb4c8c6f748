import * as z from 'zod';
import { asksForSomething, labelValues, matchExpressions, matchLabels } from '../structural/labels.ts';
import { kubernetes } from '../structural/metadata.ts';

/** A label selector, which asks for something: an empty one would be everything, written in a way that looks like less. */
export function labelSelector(description: string) {
  return z
    .strictObject({
      matchLabels: matchLabels(8).optional(),
      matchExpressions: matchExpressions(8, labelValues(16).optional()).optional(),
    })
    .describe(description)
    .register(kubernetes, {
      rules: [
        {
          rule: asksForSomething,
          message: 'an empty selector selects everything: leave it out, or give matchLabels',
        },
      ],
    });
}
