import { z } from 'zod';
import { kubernetes } from '../structural/metadata.ts';

/** Which labels an object, or a namespace, must have. */

const labelValue = (description: string) =>
  z
    .string()
    .max(63)
    .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/)
    .describe(description);
/** A label's name of up to 63 characters, after an optional DNS subdomain and a slash. */
const labelKeyPattern =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';

const expression = z
  .strictObject({
    key: z.string().max(317).regex(new RegExp(labelKeyPattern)).describe("The label's name."),
    operator: z
      .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
      .describe(
        '`In` and `NotIn` compare with `values`; `Exists` and `DoesNotExist` ask only whether the label is there.',
      ),
    values: z
      .array(labelValue('A value of the label.'))
      .max(16)
      .describe('At least one for `In` and `NotIn`; none for the others.')
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
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
  });

/** A label selector, which asks for something: an empty one would be everything, written in a way that looks like less. */
export function labelSelector(description: string) {
  return z
    .strictObject({
      matchLabels: z
        .record(z.string(), labelValue('The value that the label must have.'))
        .describe('Labels that must all be there with these values.')
        .register(kubernetes, {
          maxProperties: 8,
          rules: [
            {
              rule: `self.all(key, key.matches('${labelKeyPattern}'))`,
              message:
                'a key of matchLabels is no label: an optional DNS name and /, then up to 63 letters, digits, -, _ or .',
            },
          ],
        })
        .optional(),
      matchExpressions: z
        .array(expression)
        .max(8)
        .describe('Conditions that must all hold.')
        .register(kubernetes, { listType: 'atomic' })
        .optional(),
    })
    .describe(description)
    .register(kubernetes, {
      rules: [
        {
          rule: '(has(self.matchLabels) && self.matchLabels.size() > 0) || (has(self.matchExpressions) && self.matchExpressions.size() > 0)',
          message: 'an empty selector selects everything: leave it out, or give matchLabels',
        },
      ],
    });
}
