/** Batch size and gap. `gapMs` counts from the latest start of one batch to the start of the next. */
export interface Pace {
  readonly size: number;
  readonly gapMs: number;
}

export const paceLimits = {
  minSize: 1,
  maxSize: 100_000,
  minGapMs: 1_000,
  maxGapMs: 366 * 86_400_000,
} as const;

/** The pace as people say it: "50 every 20 min". */
export function describePace(pace: Pace): string {
  return `${pace.size} every ${describeGap(pace.gapMs)}`;
}

/** Why a pace cannot be used (fact, value, way out), or null when it can. */
export function refusePace(pace: Pace): string | null {
  const { minSize, maxSize, minGapMs, maxGapMs } = paceLimits;
  if (!Number.isInteger(pace.size) || pace.size < minSize || pace.size > maxSize)
    return `pace size must be ${minSize}–${maxSize} (got ${pace.size}); to stop sending, pause the campaign`;
  if (!Number.isInteger(pace.gapMs) || pace.gapMs < minGapMs || pace.gapMs > maxGapMs)
    return `pace gap must be 1s–366d (got ${pace.gapMs} ms); for the fastest, use a larger size`;
  return null;
}

/** A gap in words an operator uses: 20 min, 1 h 30 min, 2 s. */
export function describeGap(gapMs: number): string {
  const parts: string[] = [];
  let rest = Math.round(gapMs / 1000);
  for (const [seconds, unit] of [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.length > 0 ? parts.join(' ') : '0 s';
}
