import * as z from 'zod';
import { asksForSomething, labelValues, matchExpressions, matchLabels } from '../structural/labels.ts';
import { kubernetes } from '../structural/metadata.ts';

export const selector = z
  .strictObject({
    matchLabels: matchLabels(32).nullable().optional(),
    matchExpressions: matchExpressions(16, labelValues(32).nullable().optional()).nullable().optional(),
  })
  .describe(
    "Which pods are the Deployment's: those of its template must be among them, and those of others must not. It never changes.",
  )
  .register(kubernetes, {
    mapType: 'atomic',
    rules: [
      {
        rule: asksForSomething,
        message: 'an empty selector would be every pod: give matchLabels',
      },
      {
        rule: 'self == oldSelf',
        message:
          'the selector never changes: make a Deployment of another name, and delete this one once it runs',
        reason: 'FieldValueForbidden',
      },
    ],
  });
