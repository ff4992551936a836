/** Where a conversation stands when the receiver may decide otherwise than to go on. */
export type Stage =
  | 'greeting'
  | 'ehlo'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  /** The first bytes of the message are there, its end is not looked for yet. */
  | 'content'
  /** The dot has come; a reply or a close now means: not accepted. */
  | 'message'
  /** The message is taken and recorded, its reply is not sent yet. */
  | 'accepted';

/** Nothing: go on. A reply: send it instead of ours (a refusal). Close: end the connection. Hang: never answer. */
export type Verdict = undefined | { readonly reply: string } | 'close' | 'hang';

/** What is known so far of the mail on a connection. */
export interface Transaction {
  /** Number of the connection, counted from 1. */
  readonly connection: number;
  readonly from: string;
  /** Recipients accepted so far; at stage `rcpt` the last one is the one in question. */
  readonly recipients: readonly string[];
  /** The message without its dots; empty before stage `message`. */
  readonly message: Buffer;
}

/** Decides at every stage; a promise holds the conversation until it is settled. */
export type Script = (stage: Stage, transaction: Transaction) => Verdict | Promise<Verdict>;
