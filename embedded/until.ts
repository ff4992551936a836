import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither false nor undefined; throws what `late` says when the
 * deadline (ms) is over. What `probe` throws ends the wait at once.
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  deadlineMs: number,
  late: () => string,
  everyMs = 25,
): Promise<Exclude<T, false | undefined>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    // TypeScript does not narrow a type parameter by comparison; the condition is the proof.
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    if (Date.now() >= end) throw new Error(late());
    await delay(everyMs);
  }
}
