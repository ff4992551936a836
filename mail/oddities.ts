import type { Recipient } from '../domain/recipient.ts';
import type { Piece, Program } from './content/program.ts';
import { Filling, FillRefused, fillToText, type FillSource } from './fill.ts';
import { isUnsafeInHeader } from './header-value.ts';
import type { Skeleton } from './skeleton.ts';

/** What is out of the ordinary in one recipient's mail. `skips`: this recipient would be skipped for it. */
export interface Oddity {
  readonly code:
    | 'mergeValueMissing'
    | 'unsafeHeaderValue'
    | 'unsafeLink'
    | 'renderFailed'
    | 'defaultUsed'
    | 'noName'
    | 'longValue'
    | 'rightToLeft';
  readonly field: string | null;
  readonly skips: boolean;
  /** Holds no value of the person. */
  readonly text: string;
}

/** Longer values break lines of headings and buttons that were designed with short ones in mind. */
const longValue = 60;
/** Hebrew, Arabic and their relatives (Unicode: strong right-to-left). */
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

/**
 * Everything that is odd in the mail of one recipient, each once: all missing values, and not only the first one that a real fill would
 * stop at. Cheap enough to ask it of a whole audience before a campaign starts; nothing is encoded.
 */
export function odditiesOf(skeleton: Skeleton, recipient: Recipient): Oddity[] {
  const { subject, text, html } = skeleton.options;
  const source = skeleton.sourceOf(recipient, 0);
  const found = new Map<string, Oddity>();
  const add = (oddity: Oddity): void => {
    found.set(`${oddity.code} ${oddity.field ?? ''}`, oddity);
  };
  const ofSubject = [...ofProgram(subject, source)];
  for (const oddity of ofSubject) add(oddity);
  for (const program of [text, html])
    if (program !== null) for (const oddity of ofProgram(program, source)) add(oddity);
  const faulty = ofSubject.some(({ skips }) => skips);
  for (const oddity of [...ofHeaders(subject, source, faulty), ...ofName(recipient)]) add(oddity);
  return [...found.values()];
}

function* ofProgram(program: Program, source: FillSource): Generator<Oddity> {
  const filling = new Filling(source, program.kind);
  for (const piece of program.pieces) {
    if (piece.kind === 'value') yield* ofValue(piece, source);
    if (piece.kind === 'value' || piece.kind === 'logic') yield* ofFilling(piece, filling);
  }
}

function* ofValue(
  { field, lookup, fallback }: Piece & { kind: 'value' },
  source: FillSource,
): Generator<Oddity> {
  const value = lookup(source);
  if (value === null && fallback !== null)
    yield { code: 'defaultUsed', field, skips: false, text: `${field} is empty; the default is used` };
  if (typeof value !== 'string') return;
  // A greeting is as long as a greeting is.
  if (value.length > longValue && field !== 'contact.salutation' && !field.startsWith('links.'))
    yield { code: 'longValue', field, skips: false, text: `${field} has ${value.length} characters` };
  if (rightToLeft.test(value))
    yield { code: 'rightToLeft', field, skips: false, text: `${field} is written from right to left` };
}

function* ofFilling(piece: Piece, filling: Filling): Generator<Oddity> {
  try {
    filling.fill(piece);
  } catch (error) {
    if (!(error instanceof FillRefused)) throw error;
    yield { ...error.reason, skips: true };
  }
}

/** What may not stand in a header is found by filling it; a subject that has a fault already cannot be filled. */
function* ofHeaders(subject: Program, source: FillSource, faulty: boolean): Generator<Oddity> {
  const { recipient } = source;
  const values = {
    'contact.firstName': recipient.firstName,
    'contact.lastName': recipient.lastName,
    'contact.email': recipient.email,
  };
  for (const [field, value] of Object.entries(values)) if (isUnsafeInHeader(value ?? '')) yield unsafe(field);
  if (!faulty && isUnsafeInHeader(fillToText(subject, source))) yield unsafe('subject');
}

function unsafe(field: string): Oddity {
  const text = `${field} has a line break or control character, which may not be in a mail header`;
  return { code: 'unsafeHeaderValue', field, skips: true, text };
}

function* ofName({ firstName, lastName }: Recipient): Generator<Oddity> {
  if ((firstName ?? '') === '' && (lastName ?? '') === '')
    yield {
      code: 'noName',
      field: null,
      skips: false,
      text: 'the person has no name; the greeting is a neutral one',
    };
}
