import { readTags } from './content/markup.ts';

/** Something that the sender should see before sending; none of it stops a campaign. */
export interface PreviewWarning {
  readonly code:
    | 'mergeValueMissing'
    | 'unsafeHeaderValue'
    | 'renderFailed'
    | 'defaultUsed'
    | 'markupRemoved'
    | 'cssNotInlined'
    | 'htmlClipped'
    | 'noText'
    | 'brokenLink'
    | 'imageWithoutAlt';
  readonly field: string | null;
  readonly text: string;
}

/** Gmail shows no more of a mail's HTML than this and puts a link to the rest. */
const gmailLimit = 102_400;

export function sizeWarnings({ html, text }: { html: string | null; text: string | null }): PreviewWarning[] {
  const warnings: PreviewWarning[] = [];
  const octets = html === null ? 0 : Buffer.byteLength(html);
  if (octets > gmailLimit)
    warnings.push(warning('htmlClipped', `the HTML has ${octets} bytes; Gmail clips it after ${gmailLimit}`));
  if (text === null)
    warnings.push(
      warning('noText', 'the mail has no plain text part and none could be derived; give a text'),
    );
  return warnings;
}

/** Reads the filled HTML: a link may be whole only with its values, or broken by them. */
export function markupWarnings(html: string): PreviewWarning[] {
  const warnings: PreviewWarning[] = [];
  for (const { name, kind, attributes } of readTags(html)) {
    if (kind === 'close') continue;
    const valueOf = (wanted: string) => attributes.find((attribute) => attribute.name === wanted);
    const href = valueOf('href')?.value;
    if (name === 'a' && href !== undefined && !isLink(href ?? ''))
      warnings.push(
        warning('brokenLink', `the link "${href ?? ''}" leads nowhere; write it with https:// or mailto:`),
      );
    const source = valueOf('src')?.value ?? '';
    if (
      name === 'img' &&
      (valueOf('alt')?.value ?? '') === '' &&
      valueOf('role') === undefined &&
      !isPixel(attributes)
    )
      warnings.push(
        warning('imageWithoutAlt', `the image "${source}" has no alt text for readers who do not see it`),
      );
  }
  return warnings;
}

/** An address with a scheme of its own; `#top` jumps inside the mail. */
function isLink(href: string): boolean {
  const plain = href.replaceAll('&amp;', '&').replaceAll('&#38;', '&').trim();
  if (/^(?:#.|mailto:[^\s@]+@[^\s@]+|tel:[+\d])/i.test(plain)) return true;
  if (!/^https?:\/\//i.test(plain) || /\s/.test(plain)) return false;
  return URL.canParse(plain);
}

function isPixel(attributes: readonly { readonly name: string; readonly value: string | null }[]): boolean {
  return attributes.some(({ name, value }) => name === 'width' && value === '1');
}

function warning(code: PreviewWarning['code'], text: string): PreviewWarning {
  return { code, field: null, text };
}
