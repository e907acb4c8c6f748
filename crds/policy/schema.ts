import * as z from 'zod';
import { duration } from '../deployment/amounts.ts';
import { dnsLabel } from '../structural/identifiers.ts';
import type { CustomResource, ReadonlyDeep } from '../structural/kubernetesObject.ts';
import { kubernetes } from '../structural/metadata.ts';
import { mutation, params, rule, variable } from './expressions.ts';
import { exceptionMatch, match } from './match.ts';
import { policyStatus } from './status.ts';

/** A Policy as the API server gives it back: defaults filled in. */
export type Policy = CustomResource<
  'mainstay.dev/v1alpha1',
  'Policy',
  z.infer<typeof policySpec>,
  z.infer<typeof policyStatus>
>;
export type PolicySpec = Policy['spec'];
export type Enforcement = PolicySpec['enforcement'];
export type Match = PolicySpec['match'];
export type ResourceRule = NonNullable<Match['resources']>[number];
export type Operation = NonNullable<ResourceRule['operations']>[number];
export type Scope = ReadonlyDeep<z.infer<typeof exceptionMatch>>;
export type LabelSelector = NonNullable<Scope['objectSelector']>;
export type PolicyRule = PolicySpec['rules'][number];

/** A day of the calendar, or a moment of it in UTC; the 29th of February is let through in every year, and then means the 1st of March. */
const expiry =
  /^[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?$/;

const line = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .regex(/^[^\r\n]*$/);

const exception = z
  .strictObject({
    name: dnsLabel.describe('Name of the exception, unique in the Policy: reports say it.'),
    match: exceptionMatch,
    reason: line(1024).min(1).describe('Why, for people: reports say it. One line.'),
    expires: z
      .string()
      .max(20)
      .regex(expiry)
      .describe(
        'From when on it no longer holds: a day (`2027-01-31`, from 00:00 UTC) or a moment (`2027-01-31T18:00:00Z`). What is created then is judged at once, even while the operator is down; what is there, as soon as it runs. Default: it holds for good.',
      )
      .optional(),
  })
  .describe(
    'Something that is let through although it violates the Policy. Reports show it as `skip`, with the verdict that it hides.',
  );

export const policySpec = z
  .strictObject({
    title: line(128).describe('What the Policy asks for, in a few words.').optional(),
    description: z.string().max(8192).describe('Why, and what whoever violates it should do.').optional(),
    severity: z
      .enum(['info', 'low', 'medium', 'high', 'critical'])
      .default('medium')
      .describe(
        'How bad a violation is: `info`, `low`, `medium` (default), `high` or `critical`. Reports say it.',
      ),
    controls: z
      .array(
        z
          .strictObject({
            framework: z
              .string()
              .max(63)
              .regex(/^[A-Za-z0-9][-A-Za-z0-9_.]*$/)
              .describe('A framework, for example `CIS-Kubernetes-1.10`.'),
            id: z
              .string()
              .max(63)
              .regex(/^[^\s]([^\r\n]*[^\s])?$/)
              .describe('The id of a control in it, for example `5.2.6`.'),
          })
          .describe('A control of a framework.'),
      )
      .max(64)
      .describe('Controls that the Policy checks.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['framework', 'id'] })
      .optional(),
    match,
    params: params.optional(),
    variables: z
      .array(variable)
      .max(32)
      .describe('Values that rules and mutations read as `variables.NAME`, in this order.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] })
      .optional(),
    rules: z
      .array(rule)
      .min(1)
      .max(32)
      .describe('What must be so, of each object that is matched.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] }),
    enforcement: z
      .enum(['Audit', 'Warn', 'Deny'])
      .default('Audit')
      .describe(
        "What becomes of a request that violates it. `Audit` (default): nothing; it is reported, and written to the API server's audit log. `Warn`: whoever asks is warned. `Deny`: it is refused; an update that changes nothing of what the rule reads, and an object that is being deleted, never are.",
      ),
    promotion: z
      .strictObject({
        to: z.enum(['Warn', 'Deny']).describe('Where it goes: `Warn` or `Deny`, above `enforcement`.'),
        afterCleanFor: duration(
          'How long nothing must have violated it, as `24h`. Whatever violates it begins the time anew; status says what.',
        ),
      })
      .describe(
        'Goes to a stricter enforcement by itself, once nothing violates it any more. Default: it stays.',
      )
      .optional(),
    exceptions: z
      .array(exception)
      .max(32)
      .describe('What is let through for a while although it violates the Policy, each with its reason.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] })
      .optional(),
    fix: z
      .strictObject({
        mutations: z
          .array(mutation)
          .min(1)
          .max(8)
          .describe(
            'Changes that make a violating object a good one, in the form of a MutatingAdmissionPolicy. They read `params`, `variables` and, with `match.workloads`, `podSpec` and `podSpecPath` (`/spec/template/spec` of a Deployment). A mutation of what is good already must change nothing.',
          )
          .register(kubernetes, { listType: 'atomic' }),
        existing: z
          .enum(['Off', 'Suggest', 'Apply'])
          .default('Off')
          .describe(
            'What becomes of objects that are there. `Off` (default; in YAML with quotes, or kubectl reads false): nothing. `Suggest`: status and reports say what would be changed. `Apply`: it is changed, the topmost owner only, never what GitOps owns, each with an event.',
          ),
      })
      .describe(
        'How to make good what is bad: at once, with `enforcement` Warn or Deny, of what is created or changed; and of what is there.',
      )
      .optional(),
    request: z
      .strictObject({
        id: z
          .string()
          .max(63)
          .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
          .describe(
            'Any name that was not used here before. An id acts once; `status.lastRequest` answers it.',
          ),
        verb: z
          .enum(['RevertFixes'])
          .describe(
            '`RevertFixes`: take back what `fix.existing: Apply` changed, where nobody has changed it since.',
          ),
      })
      .describe('Something to do once.')
      .optional(),
  })
  .describe('What must be so, of what, and what becomes of the rest.')
  .register(kubernetes, {
    rules: [
      {
        rule: "!has(self.promotion) || self.enforcement == 'Audit' || (self.enforcement == 'Warn' && self.promotion.to == 'Deny')",
        message: 'promotion goes up: from Audit to Warn or Deny, from Warn to Deny',
        fieldPath: '.promotion',
      },
    ],
  });

export { policyStatus };
