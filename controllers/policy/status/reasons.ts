/** Every reason that a condition of a Policy can have. The troubleshooting page is made from this table. */
export const reasons = {
  AsDesired: {
    stalled: false,
    meaning: 'Requests are judged by it as the spec says, and all that is there has been looked at.',
    remedy: 'Nothing to do.',
  },
  Progressing: {
    stalled: false,
    meaning: 'It is being compiled, or put in force.',
    remedy: 'Wait. If it lasts for minutes, read the message and the log.',
  },
  Scanning: {
    stalled: false,
    meaning: 'Requests are judged by it; not all that is there has been looked at yet.',
    remedy: 'Wait: `status.scan` says how much is left.',
  },
  Unproven: {
    stalled: false,
    meaning: 'Requests are judged by it, but where a rule fails to compute, the request is let through.',
    remedy:
      'Write the rule so that it has a verdict for the object in the message: `has(…)`, `.?field.orValue(…)`.',
  },
  LastGood: {
    stalled: true,
    meaning: 'The present spec cannot be put in force. Requests are judged by the generation in the message.',
    remedy: 'Mend what the message of `Ready` names.',
  },
  InvalidExpression: {
    stalled: true,
    meaning: 'An expression is no CEL, or reads what a kind that is matched has not got.',
    remedy: 'Mend the expression at the place in the message.',
  },
  TooLarge: {
    stalled: true,
    meaning: 'What it is compiled into is longer than an API server takes.',
    remedy: 'Do what the message says: shorter lists, or labels in place of names.',
  },
  TooMany: {
    stalled: true,
    meaning: 'There is no room for what it is compiled into, beside that of the other Policies.',
    remedy:
      'Give Policies the same match, enforcement and exceptions, so that they share one, or delete some.',
  },
  NotServed: {
    stalled: true,
    meaning: 'This API server cannot judge requests by it. What is there is reported.',
    remedy: 'Use what this version has, or a newer API server.',
  },
  FixForbidden: {
    stalled: false,
    meaning:
      'Requests are judged by it; the operator may not write MutatingAdmissionPolicies, so its fix is not in force.',
    remedy: 'Apply `manifests/dist/fixes.yaml`, or leave `fix` out.',
  },
  NotReadable: {
    stalled: true,
    meaning:
      'Requests are judged by it; of some kinds that it matches the operator may not read what is there.',
    remedy:
      'Apply a ClusterRole with the label `mainstay.dev/aggregate-to-policy: "true"` that lets it list and watch them.',
  },
  Contended: {
    stalled: false,
    meaning: 'Somebody keeps changing back what it is compiled into; it is repaired more and more rarely.',
    remedy: 'Stop the manager that the message names.',
  },
  WriteFailed: {
    stalled: false,
    meaning: 'The API server refused or did not answer a write; it is tried again with growing delays.',
    remedy: 'Read the message, which is the server’s own.',
  },
} as const satisfies Readonly<
  Record<string, { readonly stalled: boolean; readonly meaning: string; readonly remedy: string }>
>;

export type Reason = keyof typeof reasons;
