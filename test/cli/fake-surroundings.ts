import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Surroundings } from '../../cli/surroundings.ts';

export interface FakeSurroundings extends Surroundings {
  readonly written: { out: string; err: string };
  readonly press: (key: string) => void;
  readonly interrupt: () => void;
  readonly resize: (columns: number, rows: number) => void;
}

/** A place to run commands without a process: what is written is kept, keys and sizes are the test's. */
export function fakeSurroundings(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly terminal?: boolean;
    readonly answers?: readonly string[];
    readonly now?: () => Date;
  } = {},
): FakeSurroundings {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const written = { out: '', err: '' };
  const terminal = options.terminal === true;
  const answers = [...(options.answers ?? [])];
  const keys = new Set<(key: string) => void>();
  const interrupts = new Set<() => void>();
  const resizes = new Set<() => void>();
  let size = { columns: 80, rows: 24 };
  const output = (name: 'out' | 'err') => ({
    write: (text: string): void => void (written[name] += text),
    isTTY: terminal,
    size: () => size,
    onResize: (changed: () => void) => subscribe(resizes, changed),
  });
  return {
    written,
    out: output('out'),
    err: output('err'),
    input: {
      isTTY: terminal,
      onKey: (pressed) => subscribe(keys, pressed),
      question: (text) => {
        written.err += text;
        return Promise.resolve(answers.shift() ?? '');
      },
    },
    env: { SLUICE_DATA_DIR: folder, ...options.env },
    folder,
    now: options.now ?? (() => new Date()),
    onInterrupt: (interrupted) => subscribe(interrupts, interrupted),
    onExit: () => () => undefined,
    press: (key) => keys.forEach((pressed) => pressed(key)),
    interrupt: () => interrupts.forEach((interrupted) => interrupted()),
    resize: (columns, rows) => {
      size = { columns, rows };
      resizes.forEach((changed) => changed());
    },
  };
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
