/**
 * Mutants that say the same as their Policy, so that no case can tell them apart: each with the reason. `*` at the end of a
 * change stands for anything.
 */
export const equivalentMutants: readonly {
  readonly policy: string;
  readonly change: string;
  readonly why: string;
}[] = [
  ...['148', '186'].map((column) => ({
    policy: 'pss-host-probes',
    change: `variable bad: 1:${column} ? -> nothing`,
    why: 'a handler is optional where it comes from, so all that is selected of it is',
  })),
  {
    policy: 'pss-seccomp-profile',
    change: "variable bad: 1:135 'Unconfined' -> *",
    why: 'where neither pod nor container says anything, whatever is no allowed profile stands for none',
  },
  {
    policy: 'job-ttl',
    change: 'params.seconds: *',
    why: 'the fix alone reads it',
  },
  {
    policy: 'removed-api',
    change: 'params.removed.*',
    why: 'what to use instead is said, and not judged',
  },
  {
    policy: 'ingress-tls',
    change: "variable open: 3:55 'every host' -> *",
    why: 'whatever stands for a host that is not named, no certificate has it',
  },
  {
    policy: 'registries',
    change: "variable images: 2:40 'docker.io/library/' + i -> 'docker.io/library/'",
    why: 'no registry is narrower than the official images; their names are only said',
  },
  {
    policy: 'cluster-secrets',
    change: 'variable rules: 1:13 ? -> nothing',
    why: 'the API server writes null where there are no rules; that it may leave them out is caution',
  },
  {
    policy: 'escalation',
    change: 'variable rules: 1:13 ? -> nothing',
    why: 'the API server writes null where there are no rules; that it may leave them out is caution',
  },
  {
    policy: 'sensitive-grants',
    change: 'variable rules: 1:13 ? -> nothing',
    why: 'the API server writes null where there are no rules; that it may leave them out is caution',
  },
  {
    policy: 'wildcards',
    change: 'variable rules: 1:13 ? -> nothing',
    why: 'the API server writes null where there are no rules; that it may leave them out is caution',
  },
  {
    policy: 'public-subjects',
    change: "variable clusterRole: 1:62 '' -> 'mutant'",
    why: 'whatever stands for a Role of a namespace, it is none of the ClusterRoles that are named',
  },
];
