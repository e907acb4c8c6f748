import { Counter } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { ControllerState } from '../controller/controllerMetrics.ts';
import { Metrics } from './metrics.ts';

async function scrape(metrics: Metrics): Promise<readonly string[]> {
  return (await metrics.endpoint()).body.split('\n');
}

describe('the metrics', () => {
  it('count reconciles as controller-runtime does', async () => {
    const metrics = new Metrics();
    const hooks = metrics.controllerMetrics('project');
    hooks.reconciled('success', 20);
    hooks.reconciled('error', 20);
    hooks.reconciled('aborted', 20);
    hooks.failed('DeadlineExceeded');
    const lines = await scrape(metrics);
    expect(lines).toEqual(
      expect.arrayContaining([
        'controller_runtime_reconcile_total{controller="project",result="success"} 1',
        'controller_runtime_reconcile_total{controller="project",result="error"} 1',
        'controller_runtime_reconcile_total{controller="project",result="requeue_after"} 0',
        'controller_runtime_reconcile_errors_total{controller="project"} 1',
        'controller_runtime_reconcile_timeouts_total{controller="project"} 1',
        'controller_runtime_reconcile_time_seconds_count{controller="project"} 2',
        'controller_runtime_reconcile_time_seconds_bucket{le="0.025",controller="project"} 2',
      ]),
    );
  });

  it('show queue and workers as they are at the scrape', async () => {
    const metrics = new Metrics();
    let depth = 3;
    const state = (): ControllerState => ({
      queue: {
        depth: { high: 0, normal: depth, low: 7 },
        delayed: 1,
        working: 2,
        unfinished: 1500,
        longest: 1000,
      },
      active: 1,
      overdue: 1,
    });
    metrics.measure({ name: 'project', concurrency: 8, state });
    await scrape(metrics);
    depth = 4;
    expect(await scrape(metrics)).toEqual(
      expect.arrayContaining([
        'workqueue_depth{name="project",controller="project",priority="normal"} 4',
        'workqueue_depth{name="project",controller="project",priority="low"} 7',
        'workqueue_unfinished_work_seconds{name="project",controller="project"} 1.5',
        'workqueue_longest_running_processor_seconds{name="project",controller="project"} 1',
        'controller_runtime_max_concurrent_reconciles{controller="project"} 8',
        'controller_runtime_active_workers{controller="project"} 1',
        'operator_overdue_reconciles{controller="project"} 1',
      ]),
    );
  });

  it('count what the queue takes, gives out and retries', async () => {
    const metrics = new Metrics();
    const { queue } = metrics.controllerMetrics('project');
    queue?.added('normal');
    queue?.retried();
    queue?.started(20, 'normal');
    queue?.finished(2000);
    expect(await scrape(metrics)).toEqual(
      expect.arrayContaining([
        'workqueue_adds_total{name="project",controller="project"} 1',
        'workqueue_retries_total{name="project",controller="project"} 1',
        'workqueue_queue_duration_seconds_sum{name="project",controller="project"} 0.02',
        'workqueue_work_duration_seconds_sum{name="project",controller="project"} 2',
      ]),
    );
  });

  it('count requests, and say who leads', async () => {
    const metrics = new Metrics();
    metrics.onRequest({
      method: 'PATCH',
      host: 'api:443',
      code: '200',
      verb: 'apply',
      kind: 'Secret',
      seconds: 0.01,
    });
    metrics.leading('operator', true);
    expect(await scrape(metrics)).toEqual(
      expect.arrayContaining([
        'rest_client_requests_total{code="200",method="PATCH",host="api:443"} 1',
        'rest_client_request_duration_seconds_sum{verb="apply",host="api:443"} 0.01',
        'leader_election_master_status{name="operator"} 1',
      ]),
    );
  });

  it('take what controllers add', async () => {
    const metrics = new Metrics();
    new Counter({ name: 'repairs_total', help: 'Repairs', registers: [metrics.registry] }).inc();
    expect(await scrape(metrics)).toContain('repairs_total 1');
  });
});
