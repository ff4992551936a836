import { createInterface } from 'node:readline/promises';
import { StringDecoder } from 'node:string_decoder';
import { isatty } from 'node:tty';
import type { Input, Output, Surroundings } from './surroundings.ts';

/** The process's own terminal, environment and clock. */
export function processSurroundings(): Surroundings {
  return {
    out: output(process.stdout, 1),
    err: output(process.stderr, 2),
    input: input(process.stdin),
    env: process.env,
    folder: process.cwd(),
    now: () => new Date(),
    onInterrupt: (interrupted) => {
      for (const signal of interrupts) process.on(signal, interrupted);
      return () => {
        for (const signal of interrupts) process.off(signal, interrupted);
      };
    },
    onExit: (restore) => {
      process.on('exit', restore);
      return () => void process.off('exit', restore);
    },
  };
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function output(stream: NodeJS.WriteStream, descriptor: number): Output {
  // A reader that went away (`| head`) is the end of the output, no fault.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTTY: isatty(descriptor),
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    onResize: (changed) => {
      stream.on('resize', changed);
      return () => void stream.off('resize', changed);
    },
  };
}

function input(stream: NodeJS.ReadStream): Input {
  return {
    isTTY: isatty(0),
    onKey: (pressed) => {
      // A character of several bytes may arrive in two pieces.
      const decoder = new StringDecoder('utf8');
      const onData = (data: Buffer): void => pressed(decoder.write(data));
      stream.setRawMode(true);
      stream.on('data', onData);
      stream.resume();
      return () => {
        stream.off('data', onData);
        stream.setRawMode(false);
        stream.pause();
      };
    },
    question: async (text) => {
      const lines = createInterface({ input: stream, output: process.stderr });
      try {
        return await lines.question(text);
      } finally {
        lines.close();
      }
    },
  };
}
