import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { identify } from './process-identity.ts';

const schema = z.object({
  /** Addresses for people and for the command line; null: not ours, or switched off. */
  api: z.string().nullable(),
  temporalUi: z.string().nullable(),
  sink: z.string().nullable(),
  /** Kept over restarts when they are free. */
  ports: z.record(z.string(), z.number()),
  /** Which process is which part now: what survives a killed supervisor is found by it. */
  processes: z.array(z.object({ part: z.string(), pid: z.number(), startedAt: z.string() })),
});

/** What `stack.json` in the data folder holds. */
export type StackRecord = z.infer<typeof schema>;

const nothing: StackRecord = { api: null, temporalUi: null, sink: null, ports: {}, processes: [] };

/** The state of this machine's stack as a file; every change is written at once, as a whole. */
export class StackFile {
  readonly #path: string;
  #record: StackRecord;

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'stack.json');
    this.#record = read(this.#path);
  }

  get record(): StackRecord {
    return this.#record;
  }

  update(change: Partial<StackRecord>): void {
    this.#record = { ...this.#record, ...change };
    const next = `${this.#path}.next`;
    writeFileSync(next, `${JSON.stringify(this.#record, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, this.#path);
  }

  setProcess(part: string, pid: number | undefined): void {
    const others = this.#record.processes.filter((process) => process.part !== part);
    const identity = pid === undefined ? undefined : identify(pid);
    this.update({ processes: identity === undefined ? others : [...others, { part, ...identity }] });
  }
}

/** A file that is missing or damaged costs the old ports, nothing else. */
function read(path: string): StackRecord {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return nothing;
  }
}
