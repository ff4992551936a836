import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Exit code; null when a signal or the deadline ended it, or when it could not be started. */
  readonly code: number | null;
  /** Both outputs together, trimmed; the reason when it could not be started. */
  readonly output: string;
}

/** Runs a command to its end and gives what it said; never throws, never asks anything (no stdin). */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly deadlineMs: number; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  return await new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.deadlineMs,
      killSignal: 'SIGKILL',
    });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output: output.trim() }));
  });
}
