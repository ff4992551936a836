/** The relay's answer. `enhanced` is the code of RFC 3463 when the relay gave one, `text` its words without the codes. */
export interface Reply {
  readonly code: number;
  readonly enhanced: string | null;
  readonly text: string;
}

/** Where in the SMTP transaction (RFC 5321 3.3) something was decided. */
export type Stage = 'mail' | 'rcpt' | 'data' | 'message';

/**
 * What became of one mail, as certain as the wire can say:
 * - accepted: the relay took responsibility (2xx after the final dot);
 * - refused: 5xx, for good;  - deferred: 4xx, try later;
 * - notSent: certainly not accepted, and no reply decided it (connection lost before the final dot left, or withdrawn);
 * - unknown: the final dot may have left and no reply came (RFC 1047): never sent again without a decision.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  | { readonly kind: 'refused'; readonly stage: Stage; readonly reply: Reply }
  | { readonly kind: 'deferred'; readonly stage: Stage; readonly reply: Reply }
  /** `touched` false: not one byte of this mail was written (withdrawn before the wire); it can be given back as if never claimed. */
  | { readonly kind: 'notSent'; readonly touched: boolean; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** Trouble of the relay as a whole: concerns every mail of a batch, not one recipient. */
export type RelayTroubleCode =
  | 'relayUnreachable'
  | 'relayUnavailable'
  | 'loginRefused'
  | 'tlsUnavailable'
  | 'senderRefused';
