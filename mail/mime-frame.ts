import MailComposer from 'nodemailer/lib/mail-composer';
import { partHeader, type EncodedBytes } from './attachment.ts';
import { encodeMailbox } from './header-value.ts';

/** What differs between two mails of one campaign, besides nothing. */
export type FrameSlot = 'to' | 'subject' | 'messageId' | 'date' | 'text' | 'html' | 'calendar';

/** Fixed text of one octet per character, a place that is filled, or octets that many mails share. */
export type FramePiece = string | { readonly slot: FrameSlot } | Uint8Array;

/** A file in its encoded form. */
interface FramePart {
  readonly name: string;
  readonly type: string;
  readonly bytes: EncodedBytes;
}

export interface FrameOptions {
  readonly identity: {
    readonly name: string;
    readonly address: string;
    readonly replyTo?: string | undefined;
  };
  readonly parts: readonly ('text' | 'html')[];
  /** Makes the MIME boundary; the same for every mail of a campaign, so that a retry is byte-equal. */
  readonly boundary: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Images that the HTML shows by their Content-ID, each once. */
  readonly images?: readonly (FramePart & { readonly contentId: string })[];
  readonly attachments?: readonly FramePart[];
  /** The mail has an iCalendar entry: as one more form of the body, and as a file. */
  readonly calendar?: boolean;
}

/**
 * The MIME message as nodemailer builds it, once per campaign, cut where the slots are. Bodies are announced as quoted-printable.
 * The boundary holds `=_`, which no quoted-printable body can hold (RFC 2045 6.7), so no value can end a part.
 */
export async function buildFrame(options: FrameOptions): Promise<readonly FramePiece[]> {
  const built = await compose(options);
  return wrap(built, options).flatMap((piece) =>
    typeof piece === 'string' ? cut(piece, options.boundary) : [piece],
  );
}

async function compose(options: FrameOptions): Promise<string> {
  const { name, address, replyTo } = options.identity;
  const markOf = (slot: FrameSlot) => markWith(options.boundary, slot);
  // Some readers decode what looks like an encoded word even where it is quoted: such a name is encoded for them (below).
  const risky = name.includes('=?');
  const part = (slot: FrameSlot) => ({ content: markOf(slot), contentTransferEncoding: 'quoted-printable' });
  const composer = new MailComposer({
    from: { name: risky ? '' : name, address },
    to: { name: '', address: `${markOf('to')}@sluice.invalid` },
    ...(replyTo === undefined ? {} : { replyTo: { name: '', address: replyTo } }),
    subject: markOf('subject'),
    messageId: `<${markOf('messageId')}@sluice.invalid>`,
    date: new Date(0),
    headers: { ...options.headers },
    ...(options.parts.includes('text') ? { text: part('text') } : {}),
    ...(options.parts.includes('html') ? { html: part('html') } : {}),
    ...(options.calendar === true
      ? { alternatives: [{ contentType: calendarType, ...part('calendar') }] }
      : {}),
    baseBoundary: options.boundary,
    boundaryPrefix: '=_sluice',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const built = (await composer.compile().build()).toString('latin1');
  return risky ? built.replace(`From: ${address}`, () => `From: ${encodeMailbox(name, address)}`) : built;
}

/** PUBLISH: for the recipient's calendar, and nobody is asked to answer (RFC 5546 3.2.1). */
const calendarType = 'text/calendar; charset=utf-8; method=PUBLISH';

/**
 * The composed message with what goes beside its body: mixed(related(body, images), calendar file, files). Images stand behind all
 * forms of the body, as large mailers do it, so that files and images are one stretch that all mails share.
 */
function wrap(message: string, options: FrameOptions): (string | Uint8Array)[] {
  const { images = [], attachments = [], calendar = false, boundary } = options;
  if (images.length + attachments.length === 0 && !calendar) return [message];
  const end = message.indexOf('\r\n\r\n');
  const fields = message.slice(0, end).split(/\r\n(?![ \t])/);
  const ofBody = fields.filter((field) => /^content-/i.test(field));
  const head = fields.filter((field) => !ofBody.includes(field)).join('\r\n');
  const bodyType = /^content-type:\s*([\w/-]+)/im.exec(ofBody.join('\r\n'))?.[1] ?? 'text/plain';
  const body = [`${ofBody.join('\r\n')}\r\n\r\n${message.slice(end + 4)}`];
  const related = multipart(
    `related; type="${bodyType}"`,
    `${boundary}-Related`,
    body,
    images.map((image) => filePart(image, 'inline', image.contentId)),
  );
  const files = attachments.map((file) => filePart(file, 'attachment'));
  const mixed = multipart(
    'mixed',
    `${boundary}-Mixed`,
    related,
    calendar ? [calendarFile(boundary), ...files] : files,
  );
  return [`${head}\r\n`, ...mixed];
}

/** `first` alone when there is nothing to put beside it. */
function multipart(
  type: string,
  boundary: string,
  first: readonly (string | Uint8Array)[],
  others: readonly (readonly (string | Uint8Array)[])[],
): readonly (string | Uint8Array)[] {
  if (others.length === 0) return first;
  const between = `\r\n--=_sluice-${boundary}\r\n`;
  return [
    `Content-Type: multipart/${type};\r\n boundary="=_sluice-${boundary}"\r\n${between}`,
    ...first,
    ...others.flatMap((part) => [between, ...part]),
    `\r\n--=_sluice-${boundary}--\r\n`,
  ];
}

function filePart(
  { name, type, bytes }: FramePart,
  disposition: 'attachment' | 'inline',
  contentId?: string,
): (string | Uint8Array)[] {
  const id = contentId === undefined ? {} : { contentId };
  return [partHeader({ name, type, disposition, transferEncoding: 'base64', ...id }), bytes.base64];
}

function calendarFile(boundary: string): string[] {
  const of = { name: 'invite.ics', type: 'application/ics', disposition: 'attachment' } as const;
  return [partHeader({ ...of, transferEncoding: 'quoted-printable' }) + markWith(boundary, 'calendar')];
}

/** The boundary is made of all that is in the mail, so nothing in the mail can hold it. */
function markWith(boundary: string, slot: FrameSlot): string {
  // Short, so that no header is folded for it.
  return `zq${boundary.slice(0, 12)}x${slot}zq`;
}

const slots = new Map<string, FrameSlot>(
  (['to', 'subject', 'messageId', 'date', 'text', 'html', 'calendar'] as const).map((slot) => [
    slot.toLowerCase(),
    slot,
  ]),
);

function cut(message: string, boundary: string): FramePiece[] {
  const mark = new RegExp(
    `(^Date: )[^\\r]+|<?zq${boundary.slice(0, 12)}x([A-Za-z]+)zq(?:@sluice\\.invalid>?)?`,
    'm',
  );
  const pieces: FramePiece[] = [];
  let rest = message;
  for (let match = mark.exec(rest); match !== null; match = mark.exec(rest)) {
    const dateName = match[1];
    const slot = dateName === undefined ? slots.get(String(match[2]).toLowerCase()) : 'date';
    if (slot === undefined) throw new Error('the composed message has a mark that nobody set');
    pieces.push(rest.slice(0, match.index) + (dateName ?? ''), { slot });
    rest = rest.slice(match.index + match[0].length);
  }
  return [...pieces, rest];
}
