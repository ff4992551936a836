import { defineConfig } from 'vitest/config';

/** One project per layer, cheapest first (see test/README.md); each can be run alone: `npx vitest run --project pure`. */
function layer(name: string, include: string[], extra: object = {}): object {
  return { test: { name, include, ...extra } };
}

const parts = { globalSetup: ['test/support/global-setup.ts'], setupFiles: ['test/support/leak-guard.ts'] };

/** The layers with real parts run one after the other, file by file: what they measure must not wait for each other. */
function alone(groupOrder: number, timeoutMs: number): object {
  return {
    ...parts,
    testTimeout: timeoutMs,
    hookTimeout: 120_000,
    fileParallelism: false,
    sequence: { groupOrder },
  };
}

export default defineConfig({
  test: {
    projects: [
      layer('pure', ['test/domain/**/*.test.ts', 'test/house/**/*.test.ts'], { testTimeout: 30_000 }),
      layer('mail', ['test/mail/**/*.test.ts'], { testTimeout: 30_000 }),
      layer('cli', ['test/cli/**/*.test.ts'], { testTimeout: 30_000 }),
      layer('embedded', ['test/embedded/**/*.test.ts'], alone(1, 120_000)),
      layer('db', ['test/db/**/*.test.ts', 'test/activities/**/*.test.ts'], alone(2, 60_000)),
      layer('workflows', ['test/workflows/**/*.test.ts'], alone(3, 120_000)),
      layer('api', ['test/api/**/*.test.ts'], alone(4, 60_000)),
      layer('stack', ['test/stack/**/*.test.ts'], alone(5, 300_000)),
    ],
  },
});
