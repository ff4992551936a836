import { expect, it } from 'vitest';
import { frame } from '../../cli/live-screen.ts';
import { paintFor } from '../../cli/paint.ts';
import type { Line } from '../../cli/terminal-text.ts';

const plain = paintFor(false);

function lines(...texts: string[]): Line[] {
  return texts.map((text): Line => [['plain', text]]);
}

it('begins at the top left, clears the rest of each short line and all below, and never clears the whole screen', () => {
  const text = frame(lines('a', 'b'), { columns: 10, rows: 5 }, plain);
  expect(text).toBe('\u001b[?2026h\u001b[Ha\u001b[K\r\n\u001b[Jb\u001b[K\u001b[?2026l');
});

it('keeps the last character of a line that fills the terminal', () => {
  const text = frame(lines('abcde', 'fghij'), { columns: 5, rows: 5 }, plain);
  for (const eaten of ['e\u001b[K', 'j\u001b[K', 'j\u001b[J']) expect(text).not.toContain(eaten);
});

it('keeps the way out when the terminal is too low for everything', () => {
  const text = frame(lines('a', 'b', 'c', 'leave with q'), { columns: 20, rows: 2 }, plain);
  expect(text).toContain('a\u001b[K\r\n\u001b[Jleave with q');
  expect(text).not.toContain('b\u001b[K');
});
