/** What a number of a sheet means by its format. */
export type NumberMeaning =
  | { readonly kind: 'number' }
  | { readonly kind: 'date' }
  /** Leading zeros, as postcodes are kept. */
  | { readonly kind: 'padded'; readonly digits: number };

/** By the id of a built-in format (ECMA-376-1 18.8.30) or the code of another. */
export function meaningOfFormat(id: number, code: string | undefined): NumberMeaning {
  if (code === undefined)
    return { kind: builtInDates.some(([from, to]) => id >= from && id <= to) ? 'date' : 'number' };
  if (/^0{2,15}$/.test(code)) return { kind: 'padded', digits: code.length };
  // What is quoted, escaped or in brackets (colours, currencies) is no part of the pattern; [h] counts hours and is no time of day.
  const pattern = (code.split(';')[0] ?? '').replaceAll(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '');
  return {
    kind:
      /[dmyhs]/i.test(pattern) &&
      !/general/i.test(pattern) &&
      !/[0#?]/.test(pattern.replaceAll(/s\.0+/gi, ''))
        ? 'date'
        : 'number',
  };
}

/** The East Asian ones among them are dates in those editions and unused in others. */
const builtInDates: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

/** A number of a sheet as text that reads back: never exponential, with the 15 digits that sheets keep. Null when it is none. */
export function plainNumber(written: string): string | null {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(written.trim())
    ? Number(written)
    : Number.NaN;
  if (!Number.isFinite(value)) return null;
  const [, sign = '', whole = '', rest = '', exponent = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential(14)) ?? [];
  const digits = whole + rest;
  const point = Number(exponent) + 1;
  const text =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits + '0'.repeat(point - digits.length)
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  const trimmed = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return value === 0 ? '0' : sign + trimmed;
}

/**
 * A date of a sheet: days since 1899-12-30 (with the 29 February 1900 that never was) or, in some files, since 1904-01-01. As 2026-12-01,
 * with a time of day as 2026-12-01T08:30:00; less than a day is a time, 08:30:00. Null when it is no date of ours.
 */
export function sheetDate(written: string, from1904: boolean): string | null {
  const serial = Number(written);
  if (written.trim() === '' || !Number.isFinite(serial) || serial < 0 || serial >= 2_958_466) return null;
  // Seconds are as fine as people write; what is finer comes from counting in fractions of a day.
  const seconds = Math.round(serial * 86_400);
  const time = new Date((seconds % 86_400) * 1_000).toISOString().slice(11, 19);
  const days = Math.floor(seconds / 86_400);
  if (days === 0 && !from1904) return time;
  if (!from1904 && days === 60) return null;
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : days < 60 ? Date.UTC(1899, 11, 31) : Date.UTC(1899, 11, 30);
  const day = new Date(epoch + days * 86_400_000).toISOString().slice(0, 10);
  return seconds % 86_400 === 0 ? day : `${day}T${time}`;
}
