import { startStack, type Stack, type StackOptions } from './stack.ts';

/**
 * Runs the stack until a signal: the first one (Ctrl-C, SIGTERM, a closed terminal) ends all parts in order, the second
 * one kills them. `ready` is called when everything answers. Resolves with the exit code.
 */
export async function runUp(
  options: Omit<StackOptions, 'signal' | 'killSignal'> & { readonly ready: (stack: Stack) => void },
): Promise<number> {
  const say = options.say ?? ((line: string): void => console.error(line));
  const end = new AbortController();
  const kill = new AbortController();
  const onSignal = (): void => {
    if (end.signal.aborted) return kill.abort();
    say('ending all parts (once more to kill them)');
    end.abort(new Error('ended by a signal'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const stack = await startStack({ ...options, say, signal: end.signal, killSignal: kill.signal });
    options.ready(stack);
    await aborted(end.signal);
    await stack.stop();
    say('ended');
    return 0;
  } catch (error) {
    if (end.signal.aborted) return 0;
    say(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // The handler of a signal does not keep a process alive, a timer does.
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  clearInterval(keepAlive);
}
