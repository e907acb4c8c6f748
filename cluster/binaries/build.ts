import { versions } from './catalog.ts';

/**
 * The flags of every build. The same for all, or packages that two programs share are compiled twice. Without the
 * version a node reports `v0.0.0-master`.
 */
export function goFlags(): readonly string[] {
  const [major, minor] = versions.kubernetes.slice(1).split('.');
  const version = 'k8s.io/component-base/version';
  const variables = [
    `-X ${version}.gitVersion=${versions.kubernetes}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ];
  return ['-trimpath', `-ldflags=-s -w ${variables.join(' ')}`];
}
