import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes minutes begins first, so that the rest runs beside it. */
class SoakFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSoak = ({ moduleId }: TestSpecification) => Number(moduleId.endsWith('/soak.test.ts'));
    return (await super.sort(files)).toSorted((a, b) => isSoak(b) - isSoak(a));
  }
}

// One project a tier, so that each is run and counted by itself (test/run.ts).
export default defineConfig({
  test: {
    sequence: { sequencer: SoakFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{crds,operator,controllers,manifests,cluster,test,bench}/**/*.test.ts'],
          setupFiles: ['test/seed.ts'],
          exclude: ['test/api/**', 'test/e2e/**', 'test/faults/**', '**/node_modules/**'],
          // A module is loaded once a worker and not once a file, which is most of what these tests would cost.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'api',
          include: ['test/api/**/*.test.ts'],
          globalSetup: ['test/api/globalSetup.ts'],
          setupFiles: ['test/seed.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each worker has a control plane (globalSetup.ts), and waits for it most of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          setupFiles: ['test/seed.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Each file has a cluster of its own, and lets time pass most of the time.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
