const grouping = new Intl.NumberFormat('en-GB');

/** 1000 → "1,000". */
export function count(value: number): string {
  return grouping.format(value);
}

/** "1 mail", "2 mails". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Whole per cent, truncated, and never 100 before the end: 999 of 1,000 is 99 %. */
export function percent(part: number, whole: number, ended: boolean): number {
  if (whole === 0) return ended ? 100 : 0;
  return Math.min(Math.trunc((100 * part) / whole), ended ? 100 : 99);
}
