import { defineConfig } from 'vitest/config';

/** One project per layer, cheapest first (see test/README.md); each can be run alone: `npx vitest run --project pure`. */
function layer(name: string, include: string[], extra: object = {}): object {
  return { test: { name, include, ...extra } };
}

const parts = { globalSetup: ['test/support/global-setup.ts'], setupFiles: ['test/support/leak-guard.ts'] };

/** Real parts need time and cores: they come after the quick layers, and the whole stack after everything else. */
function later(groupOrder: number, timeoutMs: number): object {
  return { ...parts, isolate: false, testTimeout: timeoutMs, hookTimeout: 120_000, sequence: { groupOrder } };
}

export default defineConfig({
  test: {
    // What the smallest machine has; every file has its own database, servers and ports.
    maxWorkers: 2,
    projects: [
      layer('pure', ['test/domain/**/*.test.ts', 'test/house/**/*.test.ts'], {
        testTimeout: 30_000,
        isolate: false,
      }),
      layer('mail', ['test/mail/**/*.test.ts'], { testTimeout: 30_000, isolate: false }),
      layer('cli', ['test/cli/**/*.test.ts'], { testTimeout: 30_000, isolate: false }),
      layer('embedded', ['test/embedded/**/*.test.ts'], later(1, 120_000)),
      layer('db', ['test/db/**/*.test.ts', 'test/activities/**/*.test.ts'], later(1, 60_000)),
      layer('workflows', ['test/workflows/**/*.test.ts'], later(1, 120_000)),
      layer('api', ['test/api/**/*.test.ts'], later(1, 60_000)),
      layer('stack', ['test/stack/**/*.test.ts'], later(2, 300_000)),
    ],
  },
});
