import { analyses, names } from './badAnalyses.ts';
import { durations, selectors } from './badSelectors.ts';
import { canarySteps, types } from './badStrategies.ts';
import { gateways } from './badTraffic.ts';
import type { BadCombination } from './combination.ts';

/** What a rule in CEL refuses of a Deployment, each with its good twin. */
export const badCombinations: readonly BadCombination[] = [
  ...durations,
  ...selectors,
  ...types,
  ...canarySteps,
  ...gateways,
  ...analyses,
  ...names,
];
