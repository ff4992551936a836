import { usage } from './failure.ts';
import { clean } from './terminal-text.ts';

/** Reads a share as people write it, `12%`, `0.3%` or `0.12`; `what` is named in the refusal. */
export function readShare(text: string, what: string): number {
  const [, percent, fraction] = /^\s*(?:(\d{1,3}(?:\.\d{1,6})?)\s*%|(0?\.\d{1,8}|0|1))\s*$/.exec(text) ?? [];
  // Through text: 0.3 / 100 would be 0.0029999999999999996.
  if (percent !== undefined) return Number(`${percent}e-2`);
  if (fraction !== undefined) return Number(fraction);
  throw usage(`${what} is written as a share, such as 12% (got ${clean(text)})`);
}

/** "12 %" */
export function sayShare(share: number): string {
  return `${Number((share * 100).toFixed(4))} %`;
}
