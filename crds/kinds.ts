import { deploymentKind } from './deployment/kind.ts';
import { policyKind } from './policy/kind.ts';
import { projectKind } from './project/kind.ts';
import type { Kind } from './structural/customResourceDefinition.ts';
import {
  type CustomResourceDefinition,
  customResourceDefinition,
} from './structural/customResourceDefinition.ts';

/** Every kind of ours. */
export const kinds: readonly Kind[] = [projectKind, deploymentKind, policyKind];

/** The definitions to install, in the order of `kinds`. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return kinds.map(customResourceDefinition);
}
