import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither false nor undefined; throws what `late` says when the
 * deadline (ms) is over. What `probe` throws ends the wait at once.
 */
export async function until<T>(
  probe: () => T | false | undefined | Promise<T | false | undefined>,
  deadlineMs: number,
  late: () => string,
  everyMs = 25,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (answer !== false && answer !== undefined) return answer;
    if (Date.now() >= end) throw new Error(late());
    await delay(everyMs);
  }
}
