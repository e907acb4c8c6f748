import { Counter, Gauge, type Registry } from 'prom-client';
import type { Figures } from './scan.ts';

/** What the scan finds, and what that costs. Returns what is to be told of each judgement, in milliseconds. */
export function scanMetrics(
  registry: Registry,
  figures: () => readonly Figures[],
): (milliseconds: number) => void {
  const registers = [registry];
  new Gauge({
    name: 'mainstay_policy_verdicts',
    help: 'Verdicts on what is there, one for each rule and object, by Policy and result.',
    labelNames: ['policy', 'result'],
    registers,
    collect() {
      this.reset();
      for (const { policy, counts } of figures())
        for (const [result, value] of Object.entries(counts)) this.set({ policy, result }, value);
    },
  });
  const perPolicy = (name: string, help: string, value: (one: Figures) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['policy'],
      registers,
      collect() {
        this.reset();
        for (const one of figures()) this.set({ policy: one.policy }, value(one));
      },
    });
  perPolicy('mainstay_policy_scan_objects', 'Objects that the Policy matches.', ({ objects }) => objects);
  perPolicy(
    'mainstay_policy_scan_pending',
    'Objects that have not been looked at since they or the Policy changed.',
    ({ pending }) => pending,
  );
  const evaluations = new Counter({
    name: 'mainstay_policy_evaluations_total',
    help: 'How often an object was judged by a Policy.',
    registers,
  });
  const seconds = new Counter({
    name: 'mainstay_policy_evaluation_seconds_total',
    help: 'Time that judging took.',
    registers,
  });
  return (milliseconds) => {
    evaluations.inc();
    seconds.inc(milliseconds / 1000);
  };
}
