/** What Kubernetes' own PodSecurity admission says of a pod, in a namespace with a label that has it warn. */

export type Level = 'baseline' | 'restricted';

/** The labels of a namespace in which the newest version of the level warns, and refuses nothing. */
export function warnsOf(level: Level): Readonly<Record<string, string>> {
  return {
    'pod-security.kubernetes.io/warn': level,
    'pod-security.kubernetes.io/warn-version': 'latest',
  };
}

/** Of each control as it calls it, the Policy of ours. Where a level has two, the stricter one is the only one it tells of. */
const policies: Readonly<Record<Level, Readonly<Record<string, string>>>> = {
  baseline: {
    hostProcess: 'pss-host-process',
    'host namespaces': 'pss-host-namespaces',
    privileged: 'pss-privileged',
    'non-default capabilities': 'pss-capabilities',
    'hostPath volumes': 'pss-host-path',
    hostPort: 'pss-host-ports',
    'probe or lifecycle host': 'pss-host-probes',
    'forbidden AppArmor profile': 'pss-apparmor',
    'forbidden AppArmor profiles': 'pss-apparmor',
    seLinuxOptions: 'pss-selinux',
    procMount: 'pss-proc-mount',
    seccompProfile: 'pss-seccomp',
    'forbidden sysctls': 'pss-sysctls',
  },
  restricted: {
    'restricted volume types': 'pss-volume-types',
    'allowPrivilegeEscalation != false': 'pss-privilege-escalation',
    'runAsNonRoot != true': 'pss-run-as-non-root',
    'runAsUser=0': 'pss-run-as-user',
    seccompProfile: 'pss-seccomp-profile',
    'unrestricted capabilities': 'pss-capabilities-dropped',
    procMount: 'pss-proc-mount-masked',
  },
};

/** Controls of `baseline` that it does not tell of in `restricted`, where a stricter one stands for each. */
export const replaced: ReadonlySet<string> = new Set([
  'pss-capabilities',
  'pss-host-path',
  'pss-proc-mount',
  'pss-seccomp',
]);

/** The Policies of ours whose controls it warns of, in order. */
export function violated(level: Level, warnings: readonly string[]): readonly string[] {
  const found = warnings.flatMap((warning) => {
    const said = /would violate PodSecurity \\?"[^"]*": (.*)"$/.exec(warning)?.[1];
    return said === undefined ? [] : controlsIn(said);
  });
  const known = level === 'baseline' ? policies.baseline : { ...policies.baseline, ...policies.restricted };
  return found
    .map((control) => {
      const policy = known[control];
      if (policy === undefined) throw new Error(`no Policy is known for the control ${control}`);
      return policy;
    })
    .toSorted();
}

/** `privileged (container "a" must not …), hostPort (…)`: what stands before the brackets. */
function controlsIn(said: string): readonly string[] {
  const controls: string[] = [];
  let depth = 0;
  let control = '';
  for (const character of said) {
    if (character === '(') {
      if (depth === 0) {
        controls.push(control.replace(/^, /, '').trim());
        control = '';
      }
      depth += 1;
    } else if (character === ')') depth -= 1;
    else if (depth === 0) control += character;
  }
  return controls;
}
