import fc from 'fast-check';
import { type Json, merged } from './json.ts';
import { applied, edits } from './podSecurityEdits.ts';
import { fitting, fittingContainer } from './podSecurityFitting.ts';
import { type Container, good, type Pod } from './podSecurityGood.ts';

/** Pods as people write them, good and bad by the Pod Security Standards, all of which an API server takes. */

/** Two in five are left good; the others get up to three edits. */
export const pods = (): fc.Arbitrary<Pod> =>
  fc
    .tuple(
      good(),
      fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 3, arbitrary: fc.array(fc.tuple(edits(), fc.nat(7)), { minLength: 1, maxLength: 3 }) },
      ),
    )
    .map(([pod, all]) => fitting(all.reduce((edited, [edit, which]) => applied(edited, edit, which), pod)));

/** A container to debug with, good or bad. */
export const ephemeralContainers = (): fc.Arbitrary<Container> =>
  fc.array(edits(), { maxLength: 2 }).map((all) => {
    const edited = all.reduce<Json>(
      (container, edit) => merged(container, edit.container ?? edit.everyContainer ?? {}),
      { image: 'debug:1', securityContext: hardened },
    );
    // What only containers that serve have.
    const { ports, lifecycle, livenessProbe, readinessProbe, startupProbe, ...others } = edited;
    // The pod is on Linux, with the users of its host.
    return { ...fittingContainer(others, { windowsOptions: true, procMount: true }), name: 'debug' };
  });

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
