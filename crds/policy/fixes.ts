import * as z from 'zod';
import { kubernetes } from '../structural/metadata.ts';

/** What the controller reports of fixes of what is there. */

/** Why an object is as it is although its Policy has a fix. */
export const fixReasons = [
  'Suggested',
  'KeptElsewhere',
  'MadeByController',
  'OwnedByOther',
  'Immutable',
  'Guarded',
  'Reverted',
  'UndoneAgain',
  'NotSettling',
  'Refused',
  'ChangesNothing',
  'NotInForce',
  'Forbidden',
] as const;

export type FixReason = (typeof fixReasons)[number];

const count = (description: string) => z.int().min(0).describe(description);

const object = z
  .strictObject({
    apiVersion: z.string().max(317).describe('Group and version of the object.'),
    kind: z.string().max(63).describe('Its kind.'),
    namespace: z.string().max(63).describe('Its namespace, where it has one.').optional(),
    name: z.string().max(253).describe('Its name.'),
    reason: z
      .string()
      .max(63)
      .describe('Why it is not changed, in one word that the page on fixes lists with what to do.'),
    message: z.string().max(1024).describe('The same for people.'),
    patch: z
      .string()
      .max(2048)
      .describe(
        'What would be changed, as YAML, for where the object comes from. `null` takes a field away. Left out where it is longer.',
      )
      .optional(),
  })
  .describe('An object that violates the Policy, has a fix, and is not changed.');

export const fixesStatus = z
  .strictObject({
    pending: count('Violating objects of which it is not known yet what the fix would change.'),
    suggested: count('Objects for which a change is known that is not made.'),
    stuck: count(
      'Objects that the fix does not help: it changes nothing, is refused, does not settle, or is taken back again and again.',
    ),
    objects: z
      .array(object)
      .max(10)
      .describe('Some of these, at most 10, those first that need a person most.')
      .register(kubernetes, { listType: 'atomic' })
      .optional(),
  })
  .describe(
    'What becomes of violating objects by `fix.existing`. `kubectl get deployments -A -l mainstay.dev/fixed=true` lists what was changed.',
  );

export type FixesStatus = z.infer<typeof fixesStatus>;
