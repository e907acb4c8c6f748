import type {
  LimitRange,
  Namespace,
  NetworkPolicy,
  ResourceQuota,
  RoleBinding,
} from '../../../operator/resources/builtin.ts';
import type { Project } from '../project.ts';
import type { SecretOutline } from '../secretOutline.ts';
import type { ProjectSettings } from '../settings.ts';
import type { Neighbour } from './network/neighbour.ts';
import type { AddressRanges } from './network/ranges.ts';
import type { QuotaMemory } from './quotaMemory.ts';
import type { Refusal } from './refusal.ts';
import type { Trouble } from './trouble.ts';

/** Everything that the plan for one Project depends on, as one value. Nothing in it is ever changed. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly project: Project;
  readonly settings: ProjectSettings;
  /** The namespaces that the Project's environments name, as far as they exist, and those that it holds. */
  readonly namespaces: ReadonlyMap<string, Namespace>;
  /** What was made for Projects in those namespaces. */
  readonly contents: ReadonlyMap<string, Contents>;
  /** The UIDs of all Projects that exist, as far as a namespace above names them. */
  readonly existingProjects: ReadonlySet<string>;
  /** Shared Secrets, by `namespace/name`. */
  readonly sources: ReadonlyMap<string, SecretOutline>;
  /** The other Projects that this one's network rules name, or whose rules name this one. */
  readonly peers: ReadonlyMap<string, Neighbour>;
  /** What is wrong with the shipped admission policies; undefined where they are as shipped. */
  readonly admission: Trouble | undefined;
  /** What the installation's network settings come to as addresses. */
  readonly ranges: AddressRanges;
  /** Whether the Project kind itself is on its way out, which makes every deletion a Retain. */
  readonly definition: 'Serving' | 'BeingDeleted';
  /** Pods that a quota turned away lately, in this Project's namespaces. */
  readonly refusals: readonly Refusal[];
  readonly quotaMemory: QuotaMemory;
}

/** Objects in one namespace that carry our owner label, whichever Project's; and NetworkPolicies that do not. */
export interface Contents {
  readonly quotas: readonly ResourceQuota[];
  readonly limits: readonly LimitRange[];
  readonly policies: readonly NetworkPolicy[];
  readonly strangers: readonly NetworkPolicy[];
  readonly access: readonly RoleBinding[];
  readonly secrets: readonly SecretOutline[];
}

export const nothing: Contents = {
  quotas: [],
  limits: [],
  policies: [],
  strangers: [],
  access: [],
  secrets: [],
};
