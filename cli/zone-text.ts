/** A moment as the clocks of a zone show it. A screen draws dozens of them each second: each formatter is made once. */
export function zoneText(at: Date | number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([zone, options]);
  const known = formatters.get(key) ?? formatterOf(zone, options);
  formatters.set(key, known);
  return known.format(at);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  } catch {
    // A zone that this Node does not know is no reason to show nothing.
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
}
