import { compiledNames } from '../../../crds/policy/names.ts';
import type { Client } from '../../../operator/client/client.ts';

/** Milliseconds after which it is asked again whether fixes may be written. */
export const untilAskedAgain = 30_000;

/**
 * Whether the operator may write MutatingAdmissionPolicies, which an installation gives by choice
 * (`manifests/dist/fixes.yaml`). The API server is asked once, so that no write is tried in vain, and again from time to time
 * where it said no. A right that was given is taken for given until a write is refused.
 */
export class FixRight {
  readonly #client: Pick<Client, 'request'>;
  readonly #now: () => number;
  #isGiven = false;
  /** When the API server last said no. */
  #refusedAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds since 1970 */
  constructor(client: Pick<Client, 'request'>, now: () => number) {
    this.#client = client;
    this.#now = now;
  }

  /** To be called when the API server has refused to let one be written. */
  refuse(): void {
    this.#isGiven = false;
    this.#refusedAt = this.#now();
  }

  async isRefused(signal: AbortSignal): Promise<boolean> {
    if (this.#isGiven) return false;
    if (this.#now() - this.#refusedAt < untilAskedAgain) return true;
    const { status } = await this.#client.request<Review>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: question,
      signal,
    });
    this.#isGiven = status?.allowed === true;
    if (!this.#isGiven) this.#refusedAt = this.#now();
    return !this.#isGiven;
  }
}

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

const question = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  spec: {
    resourceAttributes: {
      group: 'admissionregistration.k8s.io',
      resource: 'mutatingadmissionpolicies',
      verb: 'create',
      name: compiledNames[0],
    },
  },
};
