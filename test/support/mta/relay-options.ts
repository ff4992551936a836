/** What every real relay of the tests does: passes mails on to `sinkPort`, and refuses these people. */
export interface RelayOptions {
  readonly sinkPort: number;
  /** PEM files; with them the relay offers STARTTLS. */
  readonly certificate: { readonly key: string; readonly cert: string } | null;
}

/** Refused for good at RCPT (550), and for now (4xx). */
export const unknownPerson = 'nobody@refused.example';
export const busyPerson = 'later@refused.example';
/** The largest message that the relays take. */
export const maxMessageBytes = 200_000;
