import { z } from 'zod';
import { kubernetes } from '../structural/metadata.ts';

/** Which pods are the Deployment's. */

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
      .max(32)
      .describe('At least one for `In` and `NotIn`; none for the others.')
      .register(kubernetes, { listType: 'atomic' })
      .nullable()
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

export const selector = z
  .strictObject({
    matchLabels: z
      .record(z.string(), labelValue('The value that the label must have.'))
      .describe('Labels that must all be there with these values.')
      .register(kubernetes, {
        maxProperties: 32,
        rules: [
          {
            rule: `self.all(key, key.matches('${labelKeyPattern}'))`,
            message:
              'a key of matchLabels is no label: an optional DNS name and /, then up to 63 letters, digits, -, _ or .',
          },
        ],
      })
      .nullable()
      .optional(),
    matchExpressions: z
      .array(expression)
      .max(16)
      .describe('Conditions that must all hold.')
      .register(kubernetes, { listType: 'atomic' })
      .nullable()
      .optional(),
  })
  .describe(
    "Which pods are the Deployment's: those of its template must be among them, and those of others must not. It never changes.",
  )
  .register(kubernetes, {
    mapType: 'atomic',
    rules: [
      {
        rule: '(has(self.matchLabels) && self.matchLabels.size() > 0) || (has(self.matchExpressions) && self.matchExpressions.size() > 0)',
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
