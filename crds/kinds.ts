import { deploymentKind } from './deployment/kind.ts';
import { projectKind } from './project/kind.ts';
import type { Kind } from './structural/customResourceDefinition.ts';
import {
  type CustomResourceDefinition,
  customResourceDefinition,
} from './structural/customResourceDefinition.ts';

/** Every kind of ours. */
export const kinds: readonly Kind[] = [projectKind, deploymentKind];

/** The definitions to install, in the order of `kinds`. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return kinds.map(customResourceDefinition);
}
