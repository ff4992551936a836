import type { Recipient } from '../domain/recipient.ts';
import { compileMail, type MailToCompile } from './compile.ts';
import { ContentRefused } from './content/faults.ts';
import { fillToText, FillRefused, type FillReason } from './fill.ts';
import { withMark, withoutControls } from './marked-recipient.ts';
import { contentWarnings, type PreviewWarning } from './preview-warnings.ts';
import { wholeMessage } from './shared-tail.ts';
import type { Skeleton } from './skeleton.ts';

export interface Preview {
  readonly subject: string;
  /** null: the mail has no such part. */
  readonly html: string | null;
  readonly text: string | null;
  /** In the order and encoding of the wire, unfolded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly sizeBytes: number;
  readonly warnings: readonly PreviewWarning[];
  /** The mail speaks of agents or linked records. */
  readonly usesLinked: boolean;
  /** The bytes that would be sent, or for a recipient who would be skipped, those with the missing values marked. */
  readonly message: Uint8Array;
}

export interface PreviewRequest extends MailToCompile {
  readonly recipient: Recipient;
  readonly messageId: string;
  readonly date: number;
}

/**
 * Shows a mail as one recipient gets it: compiled and filled by the same functions as the real one, to the same bytes. Where the real
 * one would be skipped, what is missing is shown as ⟨field⟩ with a warning. Throws ContentRefused, also when the template fails in filling.
 */
export async function renderPreview(request: PreviewRequest): Promise<Preview> {
  const skeleton = await compileMail(request);
  const { recipient, message, skipped } = fillWithMarks(skeleton, request);
  const source = skeleton.sourceOf(recipient, request.date);
  const { subject, subjectPrefix, html, text } = skeleton.options;
  const shown = { html: html && fillToText(html, source), text: text && fillToText(text, source) };
  return {
    subject: subjectPrefix + fillToText(subject, source),
    ...shown,
    headers: headersOf(message),
    sizeBytes: message.length,
    warnings: [
      ...skipped.map(({ code, field, text }) => ({
        code,
        field,
        text: `${text}: this recipient would be skipped`,
      })),
      ...skeleton.defaultsTaken(request.recipient),
      ...skeleton.options.notes.map((note) => ({ ...note, field: null })),
      ...contentWarnings({
        ...shown,
        sizeBytes: message.length,
        attachments: request.attachments?.length ?? 0,
      }),
    ],
    usesLinked: skeleton.options.usesLinked,
    message,
  };
}

interface MarkedFill {
  readonly recipient: Recipient;
  readonly message: Uint8Array;
  readonly skipped: readonly FillReason[];
}

/** Fills, and after each refusal marks the value that caused it, until it can be filled. Each round mends one field, so it ends. */
function fillWithMarks(skeleton: Skeleton, { recipient, messageId, date }: PreviewRequest): MarkedFill {
  const skipped: FillReason[] = [];
  let marked = recipient;
  for (;;) {
    const input = { recipient: marked, messageId, date };
    const result = skeleton.fill(input);
    if (result.ok) return { recipient: marked, message: wholeMessage(result), skipped };
    const { reason } = result;
    const known = skipped.some(({ code, field }) => code === reason.code && field === reason.field);
    if (reason.code === 'renderFailed' || known) throw refusedByFilling(reason);
    skipped.push(reason);
    marked =
      reason.code === 'unsafeHeaderValue' ? withoutControls(marked) : withMark(marked, reason.field ?? '');
  }
}

function refusedByFilling(reason: FillReason): ContentRefused {
  return new ContentRefused([{ pointer: '/content', line: 1, column: 1, detail: reason.text }], {
    cause: new FillRefused(reason),
  });
}

function headersOf(message: Uint8Array): { name: string; value: string }[] {
  const all = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const head = all
    .subarray(0, all.indexOf('\r\n\r\n'))
    .toString('utf8')
    .replaceAll(/\r\n(?=[ \t])/g, '');
  return head.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
}
