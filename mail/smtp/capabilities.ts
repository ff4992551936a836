/** What a relay offers in its answer to EHLO (RFC 5321 4.1.1.1). */
export interface Capabilities {
  readonly pipelining: boolean;
  readonly startTls: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
  readonly size: boolean;
  /** The largest message it takes, in octets; null when it names no limit (RFC 1870). */
  readonly maxBytes: number | null;
  /** SASL mechanisms, upper case. */
  readonly logins: ReadonlySet<string>;
}

/** Reads the lines of an EHLO reply; the first one is the greeting and is passed over. Of HELO nothing is offered: pass []. */
export function readCapabilities(lines: readonly string[]): Capabilities {
  const offers = new Map<string, string[]>();
  for (const line of lines.slice(1)) {
    // Old servers write "AUTH=PLAIN LOGIN".
    const [keyword = '', ...values] = line.toUpperCase().replace('AUTH=', 'AUTH ').split(/\s+/);
    offers.set(keyword, [...(offers.get(keyword) ?? []), ...values]);
  }
  const limit = Number(offers.get('SIZE')?.[0] ?? 0);
  return {
    pipelining: offers.has('PIPELINING'),
    startTls: offers.has('STARTTLS'),
    eightBitMime: offers.has('8BITMIME'),
    smtpUtf8: offers.has('SMTPUTF8'),
    dsn: offers.has('DSN'),
    size: offers.has('SIZE'),
    maxBytes: Number.isSafeInteger(limit) && limit > 0 ? limit : null,
    logins: new Set(offers.get('AUTH')),
  };
}
