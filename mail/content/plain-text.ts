import { convert } from 'html-to-text';

/**
 * The plain text of masked HTML: what a reader without HTML sees. Marks survive as words; lines are not broken, so no mark is either.
 * `without`: selectors of elements that are left out.
 */
export function htmlToPlainText(html: string, without: readonly string[] = []): string {
  return convert(html, {
    wordwrap: false,
    // The length of a mail is bounded already; half a text would be worse than a long one.
    limits: { maxInputLength: Number.POSITIVE_INFINITY },
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      { selector: 'img', format: 'skip' },
      ...without.map((selector) => ({ selector, format: 'skip' })),
      // The preview line of the mailbox list repeats what the text says.
      { selector: 'div[style*="display:none"]', format: 'skip' },
      { selector: 'div', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
      { selector: 'table', format: 'block' },
    ],
  }).trim();
}
