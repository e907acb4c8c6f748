import { defineConfig } from 'vitest/config';

/** `npx vitest run --config test/traffic/vitest.config.ts`: its first run builds Traefik, about five minutes. */
export default defineConfig({
  test: {
    name: 'traffic',
    include: ['test/traffic/**/*.e2e.ts'],
    testTimeout: 120_000,
    hookTimeout: 1_200_000,
    fileParallelism: false,
  },
});
