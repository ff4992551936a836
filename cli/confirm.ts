import { usage } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

/** Asks before an act that cannot be taken back. Without a terminal nobody can answer, so `--yes` is needed. True: do it. */
export async function confirm(question: string, yes: boolean, { input }: Surroundings): Promise<boolean> {
  if (yes) return true;
  if (!input.isTTY) throw usage(`${question}\nnobody is there to answer (no terminal); add --yes to do it`);
  const answer = await input.question(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
