const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** Milliseconds of a duration as people write it (`90s`, `20m`, `1h30m`, `2d`), or null when it is none. */
export function parseDuration(text: string): number | null {
  const match = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m)?(?:(\d{1,9})s)?(?:(\d{1,12})ms)?$/.exec(
    text.trim(),
  );
  if (match === null || match[0] === '') return null;
  const [, d = '0', h = '0', m = '0', s = '0', ms = '0'] = match;
  return Number(d) * units.d + Number(h) * units.h + Number(m) * units.m + Number(s) * units.s + Number(ms);
}

/** The shortest writing of a duration: `20m`, `1h30m`, `90ms`; `0s` for nothing. */
export function formatDuration(durationMs: number): string {
  let rest = Math.round(durationMs);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / units[unit]);
    rest -= count * units[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}
