import { domainToASCII } from 'node:url';
import { asciiDomain } from '../domain/email-address.ts';
import type { MergeSource, ResponseLinks } from '../domain/merge-field.ts';
import type { Recipient } from '../domain/recipient.ts';
import type { Program } from './content/program.ts';
import { Filling, FillRefused, fillToText, type FillReason } from './fill.ts';
import { encodeDate, encodeMailbox, encodeUnstructured, isUnsafeInHeader } from './header-value.ts';
import { fixedStep, takeBuffer, writeSteps, type Step } from './message-buffer.ts';
import type { FrameSlot } from './mime-frame.ts';
import { encodeStretch, encodeValue } from './quoted-printable.ts';

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
      /** The whole message, CRLF line ends, not dot-stuffed. */
      readonly message: Uint8Array;
      readonly envelope: { readonly from: string; readonly to: string };
    }
  | { readonly ok: false; readonly reason: FillReason };

export interface SkeletonOptions {
  readonly campaignName: string;
  readonly links: ResponseLinks | null;
  /** The envelope sender. */
  readonly sender: string;
  /** The domain that Message-IDs are made with: the sender's, as A-label. */
  readonly domain: string;
  /** Set in front of the filled subject: the mark of a test send, or ''. */
  readonly subjectPrefix: string;
  readonly subject: Program;
  readonly text: Program | null;
  readonly html: Program | null;
  readonly frame: readonly (string | { readonly slot: FrameSlot })[];
}

/**
 * A campaign's mail, compiled. A fill copies the static bytes and writes the encoded values between them; nothing is parsed, composed
 * or searched per recipient. The same input gives the same bytes, always.
 */
export class Skeleton {
  readonly options: SkeletonOptions;
  readonly #steps: readonly Step[];
  readonly #slots: readonly Slot[];
  readonly #fixedLength: number;

  constructor(options: SkeletonOptions) {
    const { steps, slots } = layOut(options);
    this.options = options;
    this.#steps = steps;
    this.#slots = slots;
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
      return { ok: true, message: this.#write(input, to, into), envelope: { from: this.options.sender, to } };
    } catch (error) {
      if (error instanceof FillRefused) return { ok: false, reason: error.reason };
      throw error;
    }
  }

  /** The fields that this person has no value for and that take the template's default, each once. */
  defaultsTaken(recipient: Recipient): { code: 'defaultUsed'; field: string; text: string }[] {
    const { campaignName, links, subject, text, html } = this.options;
    const source = { recipient, campaignName, links };
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
    const turn = startTurn(this.options, input, to);
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
  readonly source: MergeSource;
  readonly text: Filling;
  readonly html: Filling;
}

/** Writes one value, encoded for its place, one octet per character. Throws FillRefused. */
type Writer = (turn: Turn) => string;

/** A writer and the number of places where its value stands. */
interface Slot {
  readonly write: Writer;
  uses: number;
}

function startTurn({ campaignName, links }: SkeletonOptions, input: FillInput, to: string): Turn {
  const source = { recipient: input.recipient, campaignName, links };
  return { input, to, source, text: new Filling(source, 'text'), html: new Filling(source, 'html') };
}

function layOut(options: SkeletonOptions): { steps: Step[]; slots: Slot[] } {
  const layout = new Layout();
  for (const piece of options.frame) {
    if (typeof piece === 'string') layout.addFixed(piece);
    else if (piece.slot === 'text' || piece.slot === 'html')
      layOutBody(layout, piece.slot, options[piece.slot]);
    else layout.addWriter(piece.slot, headerWriter(piece.slot, options));
  }
  return { steps: layout.finish(), slots: layout.slots };
}

function layOutBody(layout: Layout, kind: 'text' | 'html', program: Program | null): void {
  const pieces = program?.pieces ?? [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'fixed') layout.addFixed(encodeStretch(piece.text, index < pieces.length - 1));
    else if (piece.kind === 'logic') layout.addWriter(null, (turn) => encodeValue(turn[kind].fill(piece)));
    else {
      const key = `${kind} ${piece.field} ${String(piece.fallback)}`;
      layout.addWriter(key, (turn) => encodeValue(turn[kind].fill(piece)));
    }
  }
}

/** Collects steps; neighbouring fixed text becomes one step and a value that is used twice is encoded once. */
class Layout {
  readonly slots: Slot[] = [];
  readonly #steps: Step[] = [];
  readonly #known = new Map<string, number>();
  #fixed = '';

  addFixed(ascii: string): void {
    this.#fixed += ascii;
  }

  /** `key` null: the writer must run once for every place. */
  addWriter(key: string | null, write: Writer): void {
    this.#flush();
    const known = key === null ? undefined : this.#known.get(key);
    const index = known ?? this.slots.push({ write, uses: 0 }) - 1;
    if (key !== null) this.#known.set(key, index);
    const slot = this.slots[index];
    if (slot !== undefined) slot.uses++;
    this.#steps.push(index);
  }

  finish(): Step[] {
    this.#flush();
    return this.#steps;
  }

  #flush(): void {
    if (this.#fixed !== '') this.#steps.push(fixedStep(this.#fixed));
    this.#fixed = '';
  }
}

function headerWriter(slot: HeaderSlot, options: SkeletonOptions): Writer {
  const writers: Record<HeaderSlot, Writer> = {
    subject: ({ source }) => subjectOf(options, source),
    to: ({ input, to }) => recipientMailbox(input.recipient, to),
    messageId: ({ input }) => safe('message id', input.messageId),
    date: ({ input }) => encodeDate(input.date),
  };
  return writers[slot];
}

type HeaderSlot = Exclude<FrameSlot, 'text' | 'html'>;

function subjectOf({ subject, subjectPrefix }: SkeletonOptions, source: MergeSource): string {
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
