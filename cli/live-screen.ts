import type { Paint } from './paint.ts';
import type { Surroundings } from './surroundings.ts';
import { columnsOf, renderLine, type Line } from './terminal-text.ts';

/** Alternate screen, no cursor, no wrapping, and pasted text between marks (bracketed paste), so that it is no keys. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h\u001b[2J';
const leave = '\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l';
/** Terminals that know synchronised output (DEC mode 2026) show a frame at once; the others ignore it. */
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';

export interface LiveScreen {
  readonly redraw: () => void;
  /** Gives the terminal back as it was. Safe to repeat. */
  readonly close: () => void;
}

/**
 * Takes the whole terminal (alternate screen) and draws into it: from the top left, clearing only what is left of each line, so that
 * nothing flickers. Redraws when the terminal changes its size. The terminal is given back also when the process crashes.
 */
export function openLiveScreen(
  surroundings: Surroundings,
  paint: Paint,
  draw: (size: { columns: number; rows: number }) => readonly Line[],
): LiveScreen {
  const { out } = surroundings;
  let open = true;
  let shown = '';
  const redraw = (): void => {
    if (!open) return;
    const next = frame(draw(out.size()), out.size(), paint);
    // What stands there already is not sent again: less to flicker, less over a slow line.
    if (next !== shown) out.write(next);
    shown = next;
  };
  const giveBack = (): void => {
    if (open) out.write(leave);
    open = false;
  };
  out.write(enter);
  const noExit = surroundings.onExit(giveBack);
  const noResize = out.onResize(() => {
    if (open) out.write('\u001b[2J');
    shown = '';
    redraw();
  });
  return {
    redraw,
    close: () => {
      giveBack();
      noResize();
      noExit();
    },
  };
}

/** When the terminal is too low the last line (how to leave) stays and what is above it is cut. */
export function frame(lines: readonly Line[], size: { columns: number; rows: number }, paint: Paint): string {
  const last = lines.at(-1);
  const shown =
    lines.length <= size.rows || last === undefined ? lines : [...lines.slice(0, size.rows - 1), last];
  const texts = shown.map((line) => renderLine(line, size.columns, paint) + clearRest(line, size.columns));
  const end = texts.pop() ?? '';
  // What is below goes before the last line is written, for the same reason as in `clearRest`.
  return `${beginFrame}\u001b[H${texts.map((text) => `${text}\r\n`).join('')}\u001b[J${end}${endFrame}`;
}

/** Behind a line that fills the terminal the cursor still stands on its last column: clearing would take that away. */
function clearRest(line: Line, columns: number): string {
  const width = line.reduce((sum, [, text]) => sum + columnsOf(text), 0);
  return width >= columns ? '' : '\u001b[K';
}
