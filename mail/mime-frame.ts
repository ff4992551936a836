import MailComposer from 'nodemailer/lib/mail-composer';

/** What differs between two mails of one campaign, besides nothing. */
export type FrameSlot = 'to' | 'subject' | 'messageId' | 'date' | 'text' | 'html';

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
}

/**
 * The MIME message as nodemailer builds it, once per campaign, cut where the slots are. Bodies are announced as quoted-printable.
 * The boundary holds `=_`, which no quoted-printable body can hold (RFC 2045 6.7), so no value can end a part.
 */
export async function buildFrame(
  options: FrameOptions,
): Promise<readonly (string | { readonly slot: FrameSlot })[]> {
  const { name, address, replyTo } = options.identity;
  const part = (slot: FrameSlot) => ({ content: markOf(slot), contentTransferEncoding: 'quoted-printable' });
  const composer = new MailComposer({
    from: { name, address },
    to: { name: '', address: `${markOf('to')}@sluice.invalid` },
    ...(replyTo === undefined ? {} : { replyTo: { name: '', address: replyTo } }),
    subject: markOf('subject'),
    messageId: `<${markOf('messageId')}@sluice.invalid>`,
    date: new Date(0),
    headers: { ...options.headers },
    ...(options.parts.includes('text') ? { text: part('text') } : {}),
    ...(options.parts.includes('html') ? { html: part('html') } : {}),
    baseBoundary: options.boundary,
    boundaryPrefix: '=_sluice',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const built = await composer.compile().build();
  return cut(built.toString('latin1'));
}

const mark = /(Date: )[^\r]+|<?zqframe([A-Za-z]+)zq(?:@sluice\.invalid>?)?/;

function markOf(slot: FrameSlot): string {
  return `zqframe${slot}zq`;
}

const slots = new Map<string, FrameSlot>(
  (['to', 'subject', 'messageId', 'date', 'text', 'html'] as const).map((slot) => [slot.toLowerCase(), slot]),
);

function cut(message: string): (string | { slot: FrameSlot })[] {
  const pieces: (string | { slot: FrameSlot })[] = [];
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
