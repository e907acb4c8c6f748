import * as z from 'zod';
import { analysisSettings } from './analysis/settings.ts';

/** What can be set of the controller of Deployments. */
export const deploymentSettings = z.strictObject({
  analysis: analysisSettings.prefault({}),
  concurrency: z.int().min(1).max(256).default(16).describe('Deployments that are worked on at a time.'),
});

export type DeploymentSettings = z.infer<typeof deploymentSettings>;
