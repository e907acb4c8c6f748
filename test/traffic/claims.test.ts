import { describe, expect, it } from 'vitest';
import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import { claimed, hasWeight } from './claims.ts';
import type { Told } from './statusRecorder.ts';

/** A status of the canary of revision 2. */
function told(at: number, desired: number, verified: number): Told {
  const status: DeploymentStatus = {
    observedGeneration: 1,
    phase: 'Progressing',
    message: '',
    selector: '',
    replicas: 0,
    updatedReplicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    unavailableReplicas: 0,
    conditions: [],
    canary: { revision: 2, hash: '', replicaSet: '', replicas: 1, ready: 1, available: 1, images: [] },
    weight: { desired, verified, by: 'Probe' },
  };
  return { at, uid: '', status };
}

describe('when a weight was claimed', () => {
  const history = [told(1, 5, 0), told(2, 5, 5), told(3, 5, 5), told(4, 25, 5), told(5, 25, 25)];

  it('is from the status that knows it to the one that tells another thing', () => {
    expect(claimed(history, hasWeight(2, 5))).toEqual({ from: 2, to: 4 });
  });

  it('has no end as long as the last status tells it', () => {
    expect(claimed(history, hasWeight(2, 25))).toEqual({ from: 5 });
  });

  it('is never, for what was not told', () => {
    expect(claimed(history, hasWeight(2, 50))).toBeUndefined();
    expect(claimed(history, hasWeight(3, 5))).toBeUndefined();
  });
});
