import { readTags } from './content/markup.ts';

/** Something that the sender should see before sending; none of it stops a campaign. */
export interface PreviewWarning {
  readonly code:
    | 'mergeValueMissing'
    | 'unsafeHeaderValue'
    | 'renderFailed'
    | 'unsafeLink'
    | 'defaultUsed'
    | 'markupRemoved'
    | 'cssNotInlined'
    | 'htmlClipped'
    | 'noText'
    | 'brokenLink'
    | 'imageWithoutAlt'
    | 'insecureImage'
    | 'brokenImage'
    | 'imageNotEverywhere'
    | 'mailLarge'
    | 'manyAttachments';
  readonly field: string | null;
  readonly text: string;
}

/** Gmail shows no more of a mail's HTML than this and puts a link to the rest. */
const gmailLimit = 102_400;

/** From here on many mailboxes, and nearly all relays with base64 on top of it, begin to refuse. */
const largeOctets = 10_000_000;
const manyFiles = 5;

/** A mail as one person gets it. */
export interface ShownMail {
  readonly html: string | null;
  readonly text: string | null;
  /** Of the whole mail, on the wire. */
  readonly sizeBytes: number;
  readonly attachments: number;
}

/** What its author should see before a mail goes out, besides values that are missing. */
export function contentWarnings(mail: ShownMail): PreviewWarning[] {
  return [...sizeWarnings(mail), ...markupWarnings(mail.html ?? '')];
}

function sizeWarnings({ html, text, sizeBytes, attachments }: ShownMail): PreviewWarning[] {
  const warnings: PreviewWarning[] = [];
  const octets = html === null ? 0 : Buffer.byteLength(html);
  if (octets > gmailLimit)
    warnings.push(warning('htmlClipped', `the HTML has ${octets} bytes; Gmail clips it after ${gmailLimit}`));
  if (text === null)
    warnings.push(
      warning('noText', 'the mail has no plain text part and none could be derived; give a text'),
    );
  if (sizeBytes > largeOctets)
    warnings.push(
      warning(
        'mailLarge',
        `the mail has ${(sizeBytes / 1e6).toFixed(1)} MB; many mailboxes refuse that: send documents as links`,
      ),
    );
  if (attachments > manyFiles)
    warnings.push(
      warning(
        'manyAttachments',
        `the mail has ${attachments} files; people open few, and filters distrust many`,
      ),
    );
  return warnings;
}

/** Reads the filled HTML: a link may be whole only with its values, or broken by them. */
function markupWarnings(html: string): PreviewWarning[] {
  const tags = [...readTags(html)].filter(({ kind }) => kind !== 'close');
  const anchors = new Set(
    tags.flatMap(({ attributes }) =>
      attributes.filter(({ name }) => name === 'id' || name === 'name').map(({ value }) => value ?? ''),
    ),
  );
  const warnings = tags.flatMap(({ name, attributes }) => {
    const valueOf = (wanted: string) => attributes.find((attribute) => attribute.name === wanted)?.value;
    if (name === 'a' || name === 'area') return linkWarnings(valueOf('href'), anchors);
    return name === 'img' ? imageWarnings(valueOf('src') ?? '', valueOf('alt'), attributes) : [];
  });
  // A menu that stands twice says the same thing twice.
  return [...new Map(warnings.map((each) => [`${each.code} ${each.text}`, each])).values()];
}

/** `href` undefined: the element is no link. */
function linkWarnings(href: string | null | undefined, anchors: ReadonlySet<string>): PreviewWarning[] {
  if (href === undefined) return [];
  const plain = (href ?? '').replaceAll('&amp;', '&').replaceAll('&#38;', '&').trim();
  const broken = (why: string) => [warning('brokenLink', `the link "${plain.slice(0, 200)}" ${why}`)];
  if (plain.includes('⟨')) return broken('lacks a value of this person');
  if (plain === '#') return broken('leads nowhere; give it an address');
  // Every reader knows its top, and a carousel of MJML has numbers for its pictures.
  if (plain.startsWith('#'))
    return /^#(?:top|\d+)$/.test(plain) || anchors.has(plain.slice(1))
      ? []
      : broken('leads to a place that is not in the mail');
  if (/^mailto:/i.test(plain))
    return /^mailto:[^\s@?]+@[^\s@?]+\.[^\s@?]+/i.test(plain)
      ? []
      : broken('leads nowhere; it has no address');
  if (/^(?:tel|sms):[+\d]/i.test(plain)) return [];
  if (!/^https?:\/\//i.test(plain) || /\s/.test(plain) || !URL.canParse(plain))
    return broken('leads nowhere; write it with https:// or mailto:');
  const why = hostProblem(new URL(plain).hostname);
  return why === null ? [] : broken(why);
}

/** Addresses that lead somewhere on the author's machine only. */
function hostProblem(host: string): string | null {
  const isPrivate =
    /^(?:localhost|.*\.(?:localhost|local|internal|lan|home|corp|test|invalid))$/.test(host) ||
    /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.|\[(?:::1?|f[cd]|fe80))/.test(host);
  if (isPrivate) return `leads to "${host}", which recipients cannot reach`;
  return host.includes('.') || host.startsWith('[')
    ? null
    : `leads to "${host}", which is no whole name of a host`;
}

function imageWarnings(
  source: string,
  alt: string | null | undefined,
  attributes: readonly { readonly name: string; readonly value: string | null }[],
): PreviewWarning[] {
  const shown = source.slice(0, 200);
  const warnings: PreviewWarning[] = [];
  const decoration = attributes.some(({ name }) => name === 'role') || isPixel(attributes);
  if ((alt ?? '') === '' && !decoration)
    warnings.push(
      warning('imageWithoutAlt', `the image "${shown}" has no alt text for readers who do not see it`),
    );
  if (/^http:\/\//i.test(source))
    warnings.push(
      warning(
        'insecureImage',
        `the image "${shown}" is loaded without encryption, which many readers refuse; use https://`,
      ),
    );
  else if (!/^(?:https:\/\/|cid:)/i.test(source))
    warnings.push(
      warning(
        'brokenImage',
        `the image "${shown}" cannot be loaded; write its address with https://, or upload it and write image:NAME`,
      ),
    );
  if (/\.webp(?:$|\?)/i.test(source))
    warnings.push(
      warning(
        'imageNotEverywhere',
        `the image "${shown}" is webp, which Outlook does not show; use png or jpeg`,
      ),
    );
  return warnings;
}

function isPixel(attributes: readonly { readonly name: string; readonly value: string | null }[]): boolean {
  return attributes.some(({ name, value }) => name === 'width' && value === '1');
}

function warning(code: PreviewWarning['code'], text: string): PreviewWarning {
  return { code, field: null, text };
}
