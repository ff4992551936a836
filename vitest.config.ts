import { defineConfig } from 'vitest/config';

/** One project per layer, cheapest first (see test/README.md); each can be run alone: `npx vitest run --project pure`. */
function layer(name: string, include: string[], extra: object = {}): object {
  return { test: { name, include, ...extra } };
}

const withParts = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  fileParallelism: false,
};

export default defineConfig({
  test: {
    projects: [
      layer('pure', ['test/domain/**/*.test.ts', 'test/house/**/*.test.ts']),
      layer('mail', ['test/mail/**/*.test.ts'], { testTimeout: 30_000 }),
      layer('cli', ['test/cli/**/*.test.ts'], { testTimeout: 30_000 }),
      layer('embedded', ['test/embedded/**/*.test.ts'], { testTimeout: 120_000, fileParallelism: false }),
      layer('db', ['test/db/**/*.test.ts', 'test/activities/**/*.test.ts'], withParts),
      layer('workflows', ['test/workflows/**/*.test.ts'], withParts),
      layer('api', ['test/api/**/*.test.ts'], withParts),
      layer('stack', ['test/stack/**/*.test.ts'], { ...withParts, testTimeout: 300_000, hookTimeout: 120_000 }),
    ],
  },
});
