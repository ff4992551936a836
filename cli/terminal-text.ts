import type { Paint, Style } from './paint.ts';

/** A line on a screen: pieces with a meaning each. Text from outside is cleaned before it becomes one. */
export type Line = readonly Piece[];
export type Piece = readonly [Style, string];

const controls = /\p{Cc}+/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
// East Asian wide and full-width forms and pictographs take two columns (Unicode UAX 11, shortened to what people type).
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Names, reasons and replies come from outside: a control character in them must never reach the terminal. */
export function clean(text: string): string {
  return text.replaceAll(controls, ' ');
}

/** Latin letters, punctuation, box drawing and symbols: nothing combines, nothing is wide, each character is a column. */
const narrow = /^[\u0020-\u02FF\u2010-\u20CF\u2100-\u27BF]*$/;

/** How many terminal columns a text takes. */
export function columnsOf(text: string): number {
  // Nearly all that is drawn, and twenty times as fast.
  if (narrow.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/** The beginning of a text that fits; what is cut off is marked by an ellipsis. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += wide.test(segment) ? 2 : 1;
    if (used > columns) break;
    kept += segment;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** The text and spaces behind it (or before it) up to the width. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'left' ? text + space : space + text;
}

/** A line as it is written: no wider than the terminal. */
export function renderLine(line: Line, columns: number, paint: Paint): string {
  let left = columns;
  let text = '';
  for (const [style, piece] of line) {
    const shown = clip(piece, left);
    left -= columnsOf(shown);
    text += shown === '' ? '' : paint(style, shown);
    if (left <= 0 || shown !== piece) break;
  }
  return text;
}

/** Breaks a sentence at spaces; a word longer than the line (the address of a page) stays whole. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= columns || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
