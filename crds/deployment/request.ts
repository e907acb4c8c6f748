import * as z from 'zod';

/** What a person asks for: an action, and not a state. */
export const request = z
  .strictObject({
    id: z
      .string()
      .max(63)
      .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
      .describe(
        'Any name that was not used here before, for example a random one or the number of a CI run. An id acts once; `status.lastRequest` answers it.',
      ),
    verb: z
      .enum(['Promote', 'PromoteAll', 'Pause', 'Resume', 'Abort', 'Retry', 'Rollback'])
      .describe(
        '`Promote`: on to the next step. `PromoteAll`: to the end, over all steps. `Pause` and `Resume`: hold the rollout, and go on. `Abort`: back to the stable revision. `Retry`: try a revision again that was rolled back or aborted. `Rollback`: back to the revision named.',
      ),
    revision: z
      .int()
      .min(1)
      .describe(
        'The revision that is meant, as the column REVISION shows it; with `Rollback`, the one to go back to. Where another is on its way by now, the request is refused and nothing happens; so what is created again replays nothing.',
      ),
    step: z
      .int()
      .min(1)
      .max(32)
      .describe(
        'The step that is meant, as the column STEP shows it (`2/5` is 2). Where it is another by now, the request is refused. Default: whichever it is.',
      )
      .optional(),
    by: z
      .string()
      .max(1024)
      .describe('Who asked. Written at admission, whatever was given; leave it out.')
      .optional(),
  })
  .describe(
    'Something to do once: promote, pause, abort and so on. Its fields change only together with `id`. Whoever writes it must hold a verb on deployments.mainstay.dev: `promote` (Promote, PromoteAll), `pause` (Pause, Resume), `abort`, `retry` or `rollback`; the roles `edit` and `admin` hold them all.',
  );
