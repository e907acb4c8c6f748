import * as z from 'zod';
import type { CustomResource, ReadonlyDeep } from '../structural/kubernetesObject.ts';
import { kubernetes } from '../structural/metadata.ts';
import { int32 } from './amounts.ts';
import { analysis } from './analysis.ts';
import { podTemplateSchema } from './generated/podTemplate.ts';
import { podTemplate } from './podTemplate.ts';
import { request } from './request.ts';
import { specRules } from './rules.ts';
import { selector } from './selector.ts';
import { deploymentStatus } from './status.ts';
import { strategy } from './strategy.ts';
import { traffic } from './traffic.ts';

/** A Deployment as the API server gives it back: defaults filled in. */
export type Deployment = CustomResource<
  'mainstay.dev/v1alpha1',
  'Deployment',
  z.infer<typeof deploymentSpec>,
  z.infer<typeof deploymentStatus>
>;
export type DeploymentSpec = Deployment['spec'];
export type DeploymentStatus = ReadonlyDeep<z.infer<typeof deploymentStatus>>;
export type DeploymentPhase = DeploymentStatus['phase'];
export type RevisionStatus = NonNullable<DeploymentStatus['stable']>;
export type MetricStatus = NonNullable<DeploymentStatus['analysis']>[number];
export type MetricResult = MetricStatus['result'];
export type Strategy = DeploymentSpec['strategy'];
export type RollingUpdate = NonNullable<Strategy['rollingUpdate']>;
export type Canary = NonNullable<Strategy['canary']>;
export type CanaryStep = NonNullable<Canary['steps']>[number];
export type BlueGreen = NonNullable<Strategy['blueGreen']>;
export type StepAnalysis = NonNullable<CanaryStep['analysis']>;
export type Match = NonNullable<CanaryStep['match']>[number];
export type IntOrPercent = RollingUpdate['maxSurge'];
export type LabelSelector = DeploymentSpec['selector'];
export type Analysis = NonNullable<DeploymentSpec['analysis']>;
export type Metric = Analysis['metrics'][number];
export type Request = NonNullable<DeploymentSpec['request']>;
export type RequestVerb = Request['verb'];

export const deploymentSpec = z
  .strictObject({
    replicas: int32(0)
      .default(1)
      .describe('How many pods there are to be. Autoscalers and `kubectl scale` set it. Default 1.'),
    selector,
    template: podTemplate(
      'The pods, as in `apps/v1`. Every change of it is a new revision. Names that may stand once only (of containers, ports, variables, volumes) are refused when they stand twice, which `apps/v1` takes with a warning.',
      podTemplateSchema,
    ),
    minReadySeconds: int32(0)
      .default(0)
      .describe('How long a pod must be ready before it counts as available. Default 0.'),
    progressDeadlineSeconds: int32(1)
      .default(600)
      .describe(
        'How long a rollout may be without progress before it is given up: rolled back with Canary, BlueGreen and ABTest, only said in status with the others, as with `apps/v1`. Pauses do not count. Above `minReadySeconds`. Default 600.',
      ),
    revisionHistoryLimit: int32(0)
      .default(10)
      .describe('How many old ReplicaSets are kept to go back to. Default 10.'),
    paused: z
      .boolean()
      .default(false)
      .describe(
        '`true`: a change of the template starts nothing, and a rollout stands still, until this is `false` again. Default false. To hold one rollout, rather ask by `request`.',
      ),
    strategy: strategy.default({ type: 'RollingUpdate' }),
    traffic: traffic.optional(),
    analysis: analysis.optional(),
    rollback: z
      .strictObject({
        automatic: z
          .boolean()
          .default(true)
          .describe(
            'With Canary, BlueGreen and ABTest: back to the stable revision by itself when the analysis fails, the new pods are bad, or the deadline passes. `false`: the rollout then pauses and says why. Default true.',
          ),
        window: z
          .strictObject({
            revisions: int32(1, 100).describe('How many of the last revisions count as known.'),
          })
          .describe(
            'Going back to one of the last revisions that served everything is one step, without those of the strategy: as soon as its pods are there. Default: the steps are gone through.',
          )
          .optional(),
      })
      .describe('When and how a rollout goes back.')
      .optional(),
    configSnapshots: z
      .strictObject({
        enabled: z.boolean().describe('Whether ConfigMaps are frozen for each revision.'),
        secrets: z
          .array(z.string().min(1).max(253).describe('Name of a Secret that the template refers to.'))
          .max(32)
          .describe(
            'Secrets that are frozen as well. Going back brings their old contents back: leave out credentials that are ever revoked. Default: none.',
          )
          .register(kubernetes, { listType: 'set' })
          .optional(),
      })
      .describe(
        'With `enabled: true`, the ConfigMaps that the template refers to are frozen in immutable copies for each revision. A change of one is a new revision, rolled out like any; going back brings the old contents back. Default: as with `apps/v1`.',
      )
      .optional(),
    request: request.optional(),
    adopt: z
      .boolean()
      .default(false)
      .describe(
        '`true`: take over the running `apps/v1` Deployment of the same name and selector, without restarting a pod. Done once, and then `status.adopted` says so. Default false.',
      ),
    deletionPolicy: z
      .enum(['Delete', 'Release'])
      .default('Delete')
      .describe(
        'What becomes of the pods when the Deployment is deleted. `Delete` (default): they go, as with `apps/v1`. `Release`: they run on, under an `apps/v1` Deployment of the same name.',
      ),
  })
  .describe('What is to run, and how a change of it is rolled out.')
  .register(kubernetes, { rules: specRules });

export { deploymentStatus };
