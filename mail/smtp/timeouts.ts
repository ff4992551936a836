/** How long to wait for a relay, in milliseconds. Silence beyond it ends the connection. */
export interface Timeouts {
  /** For the TCP connection, and again for a TLS handshake. */
  readonly connectMs: number;
  /** For the greeting and for every reply before the first mail: EHLO, STARTTLS, AUTH. */
  readonly greetingMs: number;
  readonly mailMs: number;
  readonly rcptMs: number;
  /** For the 354 that answers DATA. */
  readonly dataMs: number;
  /** For one block of a long message to be taken by the network. */
  readonly blockMs: number;
  /** From the final dot to its reply. Shorter makes doubt more likely: the relay may be accepting at that moment (RFC 1047). */
  readonly finalMs: number;
  /** For the goodbye; nothing depends on its reply. */
  readonly quitMs: number;
}

const minute = 60_000;

/** The minimums of RFC 5321 4.5.3.2; connect and goodbye, on which it is silent, are ours. */
export const standardTimeouts: Timeouts = {
  connectMs: 30_000,
  greetingMs: 5 * minute,
  mailMs: 5 * minute,
  rcptMs: 5 * minute,
  dataMs: 2 * minute,
  blockMs: 3 * minute,
  finalMs: 10 * minute,
  quitMs: 2_000,
};

/** How often a session looks at its clock: a quarter of the shortest wait, so that one timer serves all of them. */
export function tickMs(timeouts: Timeouts): number {
  const shortest = Math.min(...Object.values(timeouts).filter((ms) => typeof ms === 'number'));
  return Math.max(5, Math.min(1_000, shortest / 4));
}
