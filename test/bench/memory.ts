import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/processes.ts';
import { scratchDir } from '../support/world.ts';

/** After a collection of garbage in all threads, in octets. */
export interface Memory {
  readonly heap: number;
  readonly rss: number;
}

const preload = fileURLToPath(new URL('memory-report.mjs', import.meta.url));

/** Asks a process what it holds. The process must be started with `env`. */
export class MemoryReport {
  readonly #dir = scratchDir('memory');
  readonly #file = join(this.#dir, 'memory.jsonl');

  get env(): Record<string, string> {
    return { NODE_OPTIONS: `--max-semi-space-size=4 --import=${preload}`, MEMORY_REPORT: this.#file };
  }

  async of(process: ChildProcess): Promise<Memory> {
    rmSync(this.#file, { force: true });
    process.kill('SIGUSR2');
    const line = await eventually('the memory report', () =>
      Promise.resolve(existsSync(this.#file) && readFileSync(this.#file, 'utf8').trim()),
    );
    return JSON.parse(line);
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
