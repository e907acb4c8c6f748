import * as z from 'zod';
import { condition, time } from '../structural/condition.ts';
import { kubernetes } from '../structural/metadata.ts';
import { fixesStatus } from './fixes.ts';

/** What the controller reports. Bounds are wide: a report is never refused for its length. */

const count = (description: string) => z.int().min(0).describe(description);

const conditions = condition(
  '`Ready`, `Reconciling` and `Stalled` sum the Policy up, the same for every kind; `Enforced` says whether requests are judged by it, and by what.',
);

const violation = z
  .strictObject({
    apiVersion: z.string().max(317).describe('Group and version of the object.'),
    kind: z.string().max(63).describe('Its kind.'),
    namespace: z.string().max(63).describe('Its namespace, where it has one.').optional(),
    name: z.string().max(253).describe('Its name.'),
    rule: z.string().max(63).describe('The rule that it violates.'),
    message: z.string().max(4096).describe('What the rule says of it.'),
  })
  .describe('An object that violates the Policy.');

export const policyStatus = z
  .strictObject({
    observedGeneration: z
      .int()
      .min(0)
      .describe(
        "The `metadata.generation` that this status was written for; older than the object's: not looked at yet.",
      )
      .optional(),
    conditions: z
      .array(conditions)
      .max(32)
      .describe(
        'What is so and what is not. `kubectl wait --for=condition=Ready policy.mainstay.dev/<name>` waits for the first.',
      )
      .register(kubernetes, { listType: 'map', listMapKeys: ['type'] })
      .optional(),
    enforcement: z
      .enum(['Background', 'Audit', 'Warn', 'Deny'])
      .describe(
        'What becomes now of a request that violates it: that of the spec, or a stricter one by `promotion`. `Background`: this API server cannot judge requests by it, so what is there is reported and no more.',
      )
      .optional(),
    counts: z
      .strictObject({
        pass: count('Verdicts that are good.'),
        fail: count('Verdicts that are bad.'),
        warn: count('Verdicts that are bad, where `enforcement` is Warn.'),
        error: count('Verdicts that could not be found.'),
        skip: count('Bad verdicts that an exception hides.'),
      })
      .describe('One verdict for each rule and each object that is matched.')
      .optional(),
    scan: z
      .strictObject({
        at: time('When all of what is matched had last been looked at.').optional(),
        objects: count('Objects that are matched.'),
        pending: count('Of these, objects that have not been looked at since they or the Policy changed.'),
      })
      .describe('How far the objects that are there have been looked at.')
      .optional(),
    violations: z
      .array(violation)
      .max(20)
      .describe('Some of the objects that violate it, at most 20; all of them are in the reports.')
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
    promotion: z
      .strictObject({
        cleanSince: time('Since when nothing violates it; absent while something does.').optional(),
        at: time('When it went to the stricter enforcement.').optional(),
        of: z
          .string()
          .max(63)
          .describe(
            'Digest of what is promoted: match, params, variables and rules. Where one of them changes, the time begins anew.',
          )
          .optional(),
        message: z.string().max(4096).describe('What it waits for, or what stands in its way.'),
      })
      .describe('Where `spec.promotion` stands.')
      .optional(),
    expired: z
      .array(z.string().max(63).describe('Name of an exception.'))
      .max(32)
      .describe('Exceptions whose date is over: they no longer hold, and can be removed.')
      .register(kubernetes, { listType: 'set' })
      .optional(),
    fixes: fixesStatus.optional(),
    lastRequest: z
      .strictObject({
        id: z.string().max(63).describe('Its id.'),
        verb: z.string().max(63).describe('Its verb.'),
        outcome: z.enum(['Done', 'Refused']).describe('`Done`, or `Refused` (see `message`).'),
        message: z.string().max(4096).describe('What was done, or why not.'),
        at: time('When it was answered.'),
      })
      .describe('What became of the last `spec.request`.')
      .optional(),
  })
  .describe('What the Policy does, and what it found.');
