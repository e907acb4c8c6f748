import { aCanary, routed } from '../../controllers/deployment/plan/builders.ts';
import { planDeployment } from '../../controllers/deployment/plan/deployment.ts';
import { good, healthy, steps, work } from '../../controllers/deployment/plan/played.ts';
import { anAnalysis } from '../../controllers/deployment/plan/world.ts';

const times = 10_000;

/** What one plan takes of the processor, in microseconds: of a canary behind a gateway, analysed, in the middle of its steps. */
export function benchPlan(): number {
  const world = healthy({ strategy: aCanary({ steps }), traffic: routed, analysis: anAnalysis });
  world.newTemplate(good);
  work(world);
  const observation = world.observe();
  const plans = () => {
    for (let time = 0; time < times; time += 1) planDeployment(observation);
  };
  // Compiled before its clock runs.
  plans();
  const before = process.cpuUsage();
  plans();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}
