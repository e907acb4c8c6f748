/** Every reason that a condition of a Project can have. The troubleshooting page is made from this table. */
export const reasons = {
  AsDesired: {
    stalled: false,
    meaning: 'Everything that the Project asks for stands.',
    remedy: 'Nothing to do.',
  },
  Suspended: {
    stalled: false,
    meaning: '`spec.suspend` is true: nothing is written but this status.',
    remedy: 'Set `spec.suspend` to false to have the Project kept again.',
  },
  Progressing: {
    stalled: false,
    meaning: 'Objects are being written, or something before them is awaited; the message says what.',
    remedy: 'Wait. If it lasts for minutes, read the message and the log.',
  },
  Deleting: {
    stalled: false,
    meaning: 'The Project is being deleted, and its namespaces are released or deleted.',
    remedy: 'Wait. If a namespace holds it up, the message names what is left in it.',
  },
  NamespaceHeld: {
    stalled: true,
    meaning: 'Another Project holds the namespace, and keeps it whatever its age.',
    remedy: 'Name another namespace, or remove the environment from the Project that the message names.',
  },
  NamespaceProtected: {
    stalled: true,
    meaning: "The namespace is the cluster's or Mainstay's own.",
    remedy: 'Name another namespace.',
  },
  NamespaceNotAdoptable: {
    stalled: true,
    meaning: 'The namespace exists, and is not offered to this Project.',
    remedy:
      'Set `adopt: true` on the environment, and have whoever holds the namespace annotate it with `mainstay.dev/adoptable-by: <project>`; or name another namespace.',
  },
  NamespaceTerminating: {
    stalled: false,
    meaning: 'The namespace is being deleted; nothing is made in it until it is gone.',
    remedy: 'Remove what the message says is left, or the finalizers on it.',
  },
  WallOpened: {
    stalled: true,
    meaning:
      'A NetworkPolicy that was in the namespace before it was walled lets pods reach, or be reached from, beyond it. NetworkPolicies are a union, so no wall of ours can close that.',
    remedy:
      "Delete the NetworkPolicy that the message names, or restrict it to its own namespace; list peers beyond it in the Project's `spec.network`.",
  },
  QuotaPending: {
    stalled: false,
    meaning:
      "A ResourceQuota is not enforced yet (its `status.hard` is not set), or its size waits for another environment's to shrink.",
    remedy:
      'Wait. If it lasts, look whether the controller manager runs, and what the message says is in use.',
  },
  QuotaExceeded: {
    stalled: false,
    meaning: "More is in use than the Project's quota allows, so that nothing may grow.",
    remedy: 'Delete workloads, or raise `spec.quota.hard`.',
  },
  AccessWithheld: {
    stalled: false,
    meaning: 'Nobody is given access until walls, limits and quota stand.',
    remedy: 'See NetworkReady and QuotaReady.',
  },
  AdmissionPolicyMissing: {
    stalled: false,
    meaning:
      'A shipped ValidatingAdmissionPolicy or its binding is missing, so that nobody is given access anew.',
    remedy: 'Install Mainstay’s manifests again.',
  },
  AdmissionPolicyAltered: {
    stalled: false,
    meaning:
      'A shipped ValidatingAdmissionPolicy or its binding was changed, so that nobody is given access anew.',
    remedy: 'Install Mainstay’s manifests again.',
  },
  RoleNotGrantable: {
    stalled: true,
    meaning: 'The Project names a ClusterRole that this installation does not hand out.',
    remedy: 'Use one of the roles in the message, or have the installation’s `grantableRoles` extended.',
  },
  SecretUnavailable: {
    stalled: false,
    meaning:
      'A source Secret does not exist or is not shared with this Project. Which of the two is not told.',
    remedy:
      'Have its owner label it `mainstay.dev/shared=true` and annotate it with `mainstay.dev/shared-with: <project>`.',
  },
  SecretNameTaken: {
    stalled: false,
    meaning: 'A Secret of that name, not made by Mainstay, is in the namespace already; it is left alone.',
    remedy: 'Rename the copy in `spec.secrets`, or delete the Secret that is there.',
  },
  Contended: {
    stalled: false,
    meaning: 'Somebody keeps changing an object back; it is repaired more and more rarely.',
    remedy: 'Stop the manager that the message names, or take the object out of what it applies.',
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
