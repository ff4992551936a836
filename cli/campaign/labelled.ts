import { clip, pad, wrap, type Line } from '../terminal-text.ts';

const labelColumns = 8;

/** A label and its value on one line. */
export function labelled(label: string, text: string, width: number): Line {
  return [
    ['strong', pad(label, labelColumns)],
    ['plain', clip(text, width - labelColumns)],
  ];
}

/** The same for a value that may need several lines. */
export function labelledWrapped(label: string, text: string, width: number): Line[] {
  return wrap(text, width - labelColumns).map((line, index) =>
    labelled(index === 0 ? label : '', line, width),
  );
}

/** What is left for the value beside its label. */
export function labelledWidth(width: number): number {
  return width - labelColumns;
}
