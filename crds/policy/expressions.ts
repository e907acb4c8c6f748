import * as z from 'zod';
import { dnsLabel } from '../structural/identifiers.ts';
import { kubernetes } from '../structural/metadata.ts';
import { reservedWords } from './names.ts';

/** What is computed: in CEL as Kubernetes has it, with the same variables. */

const expression = (description: string, maximum: number) =>
  z.string().min(1).max(maximum).describe(description);

/** Any JSON; which of it a rule reads, only the rule knows. */
export type Params = Readonly<Record<string, unknown>>;

export const params = z
  .custom<Params>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .describe(
    'Values that rules, variables and mutations read as `params.NAME`: any JSON. They become part of what is compiled, so no other object has to be there for the rule to hold. Example: `{registries: [registry.example.com]}`.',
  )
  .register(kubernetes, {
    schema: { type: 'object', maxProperties: 32, 'x-kubernetes-preserve-unknown-fields': true },
  });

export const variable = z
  .strictObject({
    name: z
      .string()
      .max(63)
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .describe('Its name, by which others read it as `variables.NAME`.')
      .register(kubernetes, {
        rules: [
          {
            rule: `!(self in ['${reservedWords.join("', '")}'])`,
            message: 'this word is one of CEL itself: take another name',
          },
        ],
      }),
    expression: expression(
      'Its value, in CEL. It may read the variables before it. It is computed only where it is read, and once.',
      8192,
    ),
  })
  .describe('A value with a name.');

const oneLine = /^[^\r\n]*[^\s][^\r\n]*$/;

export const rule = z
  .strictObject({
    name: dnsLabel.describe('Name of the rule, unique in the Policy: messages and reports say it.'),
    expression: expression(
      'What must be true, in CEL. It reads `object`, `oldObject`, `request`, `namespaceObject`, `authorizer`, `params`, `variables` and, with `match.workloads`, `podSpec`.',
      8192,
    ),
    message: z
      .string()
      .max(1024)
      .regex(oneLine)
      .describe(
        'What is said when it is not true: what is wrong, and what to do about it. One line. The Policy and the rule are named before it.',
      )
      .optional(),
    messageExpression: expression(
      'The same computed, in CEL, for a message with the value in it. It costs at each request, also where the rule holds. Where it cannot be computed, `message` is said.',
      4096,
    ).optional(),
  })
  .describe('One thing that must be so.')
  .register(kubernetes, {
    rules: [
      {
        rule: 'has(self.message) || has(self.messageExpression)',
        message: 'a rule needs message or messageExpression: whoever is refused must learn why',
      },
    ],
  });

const mutationRule = (patchType: string, field: string) => ({
  rule: `(self.patchType == '${patchType}') == has(self.${field})`,
  message: `${field} is required for patchType ${patchType}, and only for it`,
  fieldPath: `.${field}`,
});

export const mutation = z
  .strictObject({
    patchType: z
      .enum(['ApplyConfiguration', 'JSONPatch'])
      .describe(
        '`ApplyConfiguration`: what is merged in as server-side apply does; it cannot touch lists without keys. `JSONPatch`: single operations.',
      ),
    applyConfiguration: z
      .strictObject({
        expression: expression('An `Object{…}` with what is to be there, in CEL.', 8192),
      })
      .describe('With `ApplyConfiguration`: what is to be there.')
      .optional(),
    jsonPatch: z
      .strictObject({
        expression: expression("A list of `JSONPatch{op: 'add', path: …, value: …}`, in CEL.", 8192),
      })
      .describe('With `JSONPatch`: what is to be done.')
      .optional(),
  })
  .describe('One change, in the form of a MutatingAdmissionPolicy.')
  .register(kubernetes, {
    rules: [mutationRule('ApplyConfiguration', 'applyConfiguration'), mutationRule('JSONPatch', 'jsonPatch')],
  });
