import { defineConfig } from 'vitest/config';

/**
 * Real traffic through a real gateway: `npm run test:e2e -- deployment`. No part of `npm test`: the first run builds
 * Traefik, which takes about five minutes.
 */
export default defineConfig({
  test: {
    name: 'traffic',
    include: ['test/traffic/**/*.e2e.ts'],
    globalSetup: ['test/traffic/printFigures.ts'],
    testTimeout: 300_000,
    hookTimeout: 1_200_000,
    fileParallelism: false,
  },
});
