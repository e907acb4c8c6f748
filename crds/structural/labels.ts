import * as z from 'zod';
import { kubernetes } from './metadata.ts';

/** Labels, and conditions on them, as Kubernetes takes them: what selectors are made of. */

/** A label's value: up to 63 letters, digits, `-`, `_` and `.`, or nothing. */
const labelValue = (description: string) =>
  z
    .string()
    .max(63)
    .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/)
    .describe(description);

/** A label's name of up to 63 characters, after an optional DNS subdomain and a slash. */
const labelKeyPattern =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';

/** At most so many labels with their values. */
export const matchLabels = (most: number) =>
  z
    .record(z.string(), labelValue('The value that the label must have.'))
    .describe('Labels that must all be there with these values.')
    .register(kubernetes, {
      maxProperties: most,
      rules: [
        {
          rule: `self.all(key, key.matches('${labelKeyPattern}'))`,
          message:
            'a key of matchLabels is no label: an optional DNS name and /, then up to 63 letters, digits, -, _ or .',
        },
      ],
    });

/** The values that a label is compared with, at most so many. */
export const labelValues = (most: number) =>
  z
    .array(labelValue('A value of the label.'))
    .max(most)
    .describe('At least one for `In` and `NotIn`; none for the others.')
    .register(kubernetes, { listType: 'atomic' });

/** Conditions on labels, at most so many; `values` are `labelValues`, which may be optional or null. */
export const matchExpressions = <Values extends z.ZodType>(most: number, values: Values) =>
  z
    .array(
      z
        .strictObject({
          key: z.string().max(317).regex(new RegExp(labelKeyPattern)).describe("The label's name."),
          operator: z
            .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
            .describe(
              '`In` and `NotIn` compare with `values`; `Exists` and `DoesNotExist` ask only whether the label is there.',
            ),
          values,
        })
        .describe('One condition on a label.')
        .register(kubernetes, {
          rules: [
            {
              rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)",
              message: 'values are required for In and NotIn, and only for them',
              fieldPath: '.values',
            },
          ],
        }),
    )
    .max(most)
    .describe('Conditions that must all hold.')
    .register(kubernetes, { listType: 'atomic' });

/** Whether a selector asks for anything, in CEL. */
export const asksForSomething =
  '(has(self.matchLabels) && self.matchLabels.size() > 0) || (has(self.matchExpressions) && self.matchExpressions.size() > 0)';
