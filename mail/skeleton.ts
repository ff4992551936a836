import { domainToASCII } from 'node:url';
import { asciiDomain } from '../domain/email-address.ts';
import type { MailEvent } from '../domain/event-times.ts';
import type { ResponseLinks } from '../domain/merge-field.ts';
import type { Recipient } from '../domain/recipient.ts';
import type { CalendarFile } from './calendar-file.ts';
import type { Program } from './content/program.ts';
import type { Downloads } from './downloads.ts';
import { Filling, FillRefused, fillToText, type FillReason, type FillSource } from './fill.ts';
import { encodeDate, encodeMailbox, encodeUnstructured, isUnsafeInHeader } from './header-value.ts';
import { Layout, type Slot } from './layout.ts';
import { takeBuffer, writeSteps, type Step } from './message-buffer.ts';
import type { FramePiece, FrameSlot } from './mime-frame.ts';
import { encodeStretch, encodeValue } from './quoted-printable.ts';
import type { SharedTail } from './shared-tail.ts';

export interface FillInput {
  readonly recipient: Recipient;
  /** With its angle brackets, as of `messageIdOf`. */
  readonly messageId: string;
  /** The Date of the mail: stored with the delivery, so that a retry is byte-equal. */
  readonly date: number;
}

export type FillResult =
  | {
      readonly ok: true;
      /** The message, CRLF line ends, not dot-stuffed; all of it where there is no tail. */
      readonly message: Uint8Array;
      /** What follows: large attachments, the same octets for everybody. */
      readonly tail: SharedTail | null;
      readonly envelope: { readonly from: string; readonly to: string };
    }
  | { readonly ok: false; readonly reason: FillReason };

/** What was done to a content on its way to the mail, for the eyes of its author. */
export interface Note {
  readonly code: 'markupRemoved' | 'cssNotInlined';
  readonly text: string;
}

export interface SkeletonOptions {
  readonly campaignName: string;
  readonly links: ResponseLinks | null;
  readonly downloads: Downloads | null;
  /** Agents or linked records are spoken of: recipients need their `linked` values. */
  readonly usesLinked: boolean;
  readonly event: MailEvent | null;
  readonly calendar: CalendarFile | null;
  /** The envelope sender. */
  readonly sender: string;
  /** The domain that Message-IDs are made with: the sender's, as A-label. */
  readonly domain: string;
  /** Set in front of the filled subject: the mark of a test send, or ''. */
  readonly subjectPrefix: string;
  readonly subject: Program;
  readonly text: Program | null;
  readonly html: Program | null;
  readonly frame: readonly FramePiece[];
  readonly notes: readonly Note[];
}

/**
 * A campaign's mail, compiled. A fill copies the static bytes and writes the encoded values between them; nothing is parsed, composed
 * or searched per recipient. The same input gives the same bytes, always.
 */
export class Skeleton {
  readonly options: SkeletonOptions;
  readonly #steps: readonly Step[];
  readonly #slots: readonly Slot<Turn>[];
  readonly #fixedLength: number;
  readonly #tail: SharedTail | null;

  constructor(options: SkeletonOptions) {
    const layout = layOut(options);
    const { steps, tail } = layout.finish();
    this.options = options;
    this.#steps = steps;
    this.#tail = tail;
    this.#slots = layout.slots;
    this.#fixedLength = steps.reduce<number>(
      (sum, step) => sum + (typeof step === 'number' ? 0 : step.length),
      0,
    );
  }

  /**
   * The mail for one recipient. `into` lends memory that the caller uses again for the next mail, when this one has been
   * sent; a mail that does not fit gets memory of its own.
   */
  fill(input: FillInput, into?: Buffer): FillResult {
    try {
      const to = envelopeAddress(input.recipient.email);
      const envelope = { from: this.options.sender, to };
      return { ok: true, message: this.#write(input, to, into), tail: this.#tail, envelope };
    } catch (error) {
      if (error instanceof FillRefused) return { ok: false, reason: error.reason };
      throw error;
    }
  }

  /** How many octets all mails of this skeleton share without a copy. */
  get sharedOctets(): number {
    return this.#tail?.length ?? 0;
  }

  /** What the mail of one person with this Date is filled from. */
  sourceOf(recipient: Recipient, date: number): FillSource {
    const { campaignName, links, downloads, event } = this.options;
    return { recipient, campaignName, links, downloads, event, date };
  }

  /** The fields that this person has no value for and that take the template's default, each once. */
  defaultsTaken(recipient: Recipient): { code: 'defaultUsed'; field: string; text: string }[] {
    const { subject, text, html } = this.options;
    const source = this.sourceOf(recipient, 0);
    const fields = new Set<string>();
    for (const piece of [subject, text, html].flatMap((program) => program?.pieces ?? []))
      if (piece.kind === 'value' && piece.fallback !== null && piece.lookup(source) === null)
        fields.add(piece.field);
    return [...fields].map((field) => ({
      code: 'defaultUsed',
      field,
      text: `${field} is empty; the default is used`,
    }));
  }

  #write(input: FillInput, to: string, into: Buffer | undefined): Uint8Array {
    const turn = startTurn(this.sourceOf(input.recipient, input.date), input, to);
    const values: string[] = [];
    let length = this.#fixedLength;
    for (const { write, uses } of this.#slots) {
      const value = write(turn);
      values.push(value);
      length += value.length * uses;
    }
    const fits = into !== undefined && length <= into.length;
    return writeSteps(this.#steps, values, fits ? into.subarray(0, length) : takeBuffer(length));
  }
}

/** One fill: the person, and for each part the template variables that its pieces share. */
interface Turn {
  readonly input: FillInput;
  readonly to: string;
  readonly source: FillSource;
  readonly text: Filling;
  readonly html: Filling;
}

/** Writes one value, encoded for its place, one octet per character. Throws FillRefused. */
type Writer = (turn: Turn) => string;

function startTurn(source: FillSource, input: FillInput, to: string): Turn {
  return { input, to, source, text: new Filling(source, 'text'), html: new Filling(source, 'html') };
}

function layOut(options: SkeletonOptions): Layout<Turn> {
  const layout = new Layout<Turn>();
  for (const piece of options.frame) {
    if (typeof piece === 'string') layout.addFixed(piece);
    else if (piece instanceof Uint8Array) layout.addShared(piece);
    else if (piece.slot === 'text' || piece.slot === 'html')
      layOutBody(layout, piece.slot, options[piece.slot]);
    else layout.addWriter(piece.slot, headerWriter(piece.slot, options));
  }
  return layout;
}

function layOutBody(layout: Layout<Turn>, kind: 'text' | 'html', program: Program | null): void {
  const pieces = program?.pieces ?? [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'fixed') layout.addFixed(encodeStretch(piece.text, index < pieces.length - 1));
    else if (piece.kind !== 'value') layout.addWriter(null, (turn) => encodeValue(turn[kind].fill(piece)));
    else {
      const key = `${kind} ${piece.field} ${String(piece.fallback)}`;
      layout.addWriter(key, (turn) => encodeValue(turn[kind].fill(piece)));
    }
  }
}

function headerWriter(slot: HeaderSlot, options: SkeletonOptions): Writer {
  const writers: Record<HeaderSlot, Writer> = {
    subject: ({ source }) => subjectOf(options, source),
    to: ({ input, to }) => recipientMailbox(input.recipient, to),
    messageId: ({ input }) => safe('message id', input.messageId),
    date: ({ input }) => encodeDate(input.date),
    calendar: ({ input }) => encodeStretch(options.calendar?.fill(input.messageId, input.date) ?? '', false),
  };
  return writers[slot];
}

type HeaderSlot = Exclude<FrameSlot, 'text' | 'html'>;

function subjectOf({ subject, subjectPrefix }: SkeletonOptions, source: FillSource): string {
  return encodeUnstructured(safe('subject', subjectPrefix + fillToText(subject, source)), 'Subject: '.length);
}

function recipientMailbox({ firstName, lastName }: Recipient, address: string): string {
  const name = [safe('contact.firstName', firstName ?? ''), safe('contact.lastName', lastName ?? '')]
    .filter((part) => part !== '')
    .join(' ');
  const mailbox = encodeMailbox(name, address);
  // Only an international local part is more than ASCII here; it goes as it is into a header (RFC 6532 3.2).
  return isAscii(address) ? mailbox : Buffer.from(mailbox, 'utf8').toString('latin1');
}

/** The address as the wire wants it: the local part as given, the domain as A-label (RFC 5891). */
function envelopeAddress(email: string): string {
  if (/[\s<>]/.test(email)) throw new FillRefused(unsafeValue('contact.email'));
  safe('contact.email', email);
  if (isAscii(email)) return email;
  const at = email.lastIndexOf('@');
  const domain = asciiDomain(email.slice(at + 1), domainToASCII);
  if (domain === '') throw new FillRefused(unsafeValue('contact.email'));
  return `${email.slice(0, at)}@${domain}`;
}

function safe(field: string, value: string): string {
  if (isUnsafeInHeader(value)) throw new FillRefused(unsafeValue(field));
  return value;
}

function unsafeValue(field: string): FillReason {
  return {
    code: 'unsafeHeaderValue',
    field,
    text: `${field} has a line break or control character, which may not be in a mail header`,
  };
}

function isAscii(text: string): boolean {
  return !/[^\0-\u007f]/.test(text);
}
