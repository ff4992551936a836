import { createHash } from 'node:crypto';
import type { PageLanguage } from '../domain/response-link.ts';

/** What a person who followed a response link sees. */
export type ResponsePage = { readonly language: PageLanguage } & (
  | { readonly kind: 'question'; readonly sender: string; readonly label: string }
  | { readonly kind: 'thanks'; readonly sender: string; readonly label: string }
  | { readonly kind: 'answered'; readonly sender: string }
  | { readonly kind: 'test'; readonly sender: string }
  | { readonly kind: 'unknown' }
);

/**
 * The page as HTML with its headers. Nothing on it comes from elsewhere, nothing runs, nobody is named but the sender,
 * and it must not be framed or indexed. Only its button, a POST, says anything.
 */
export function renderResponsePage(page: ResponsePage): { html: string; headers: Record<string, string> } {
  const { title, text } = words[page.language][page.kind](page);
  const button =
    page.kind === 'question' ? `<form method="post"><button>${escapeHtml(page.label)}</button></form>` : '';
  const html =
    `<!doctype html><html lang="${page.language}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">' +
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>` +
    `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${button}</main></body></html>\n`;
  return { html, headers: { ...headers, 'Content-Length': String(Buffer.byteLength(html)) } };
}

const style =
  'body{margin:0;font:1.1rem/1.5 system-ui,sans-serif;color:#1b1f24;background:#f4f5f7}' +
  'main{max-width:32rem;margin:12vh auto 0;padding:2rem;background:#fff;border:1px solid #d5d9de;border-radius:.5rem}' +
  'h1{margin:0 0 .5rem;font-size:1.4rem}p{margin:0 0 1.5rem}' +
  'button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.4rem;color:#fff;background:#0b5cad;cursor:pointer}' +
  'button:focus-visible{outline:3px solid #f2a900;outline-offset:3px}';

const styleHash = createHash('sha256').update(style).digest('base64');
const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow',
};

interface Words {
  readonly title: string;
  readonly text: string;
}
type WordsOf = { readonly [K in ResponsePage['kind']]: (page: ResponsePage) => Words };

const senderOf = (page: ResponsePage): string => ('sender' in page ? page.sender : '');

const words: Readonly<Record<PageLanguage, WordsOf>> = {
  en: {
    question: (page) => ({
      title: 'Your answer',
      text: `Press the button to tell ${senderOf(page)}. Nothing is sent before you do.`,
    }),
    thanks: (page) => ({
      title: 'Thank you',
      text: `${senderOf(page)} has your answer. You may close this page.`,
    }),
    answered: (page) => ({
      title: 'Thank you',
      text: `${senderOf(page)} has had this answer from you already.`,
    }),
    test: (page) => ({
      title: 'This was a test',
      text: `The mail from ${senderOf(page)} was a test or a preview, so this answer is not counted.`,
    }),
    unknown: () => ({
      title: 'This link does not work',
      text: 'Please open it from the mail once more, as a whole, or simply reply to the mail.',
    }),
  },
  de: {
    question: (page) => ({
      title: 'Ihre Antwort',
      text: `Mit dem Knopf geben Sie ${senderOf(page)} Bescheid. Vorher wird nichts gesendet.`,
    }),
    thanks: (page) => ({
      title: 'Vielen Dank',
      text: `Ihre Antwort ist bei ${senderOf(page)} angekommen. Sie können diese Seite schließen.`,
    }),
    answered: (page) => ({
      title: 'Vielen Dank',
      text: `${senderOf(page)} hat diese Antwort schon von Ihnen.`,
    }),
    test: (page) => ({
      title: 'Das war ein Test',
      text: `Die Mail von ${senderOf(page)} war ein Test oder eine Vorschau, die Antwort wird nicht gezählt.`,
    }),
    unknown: () => ({
      title: 'Dieser Link funktioniert nicht',
      text: 'Bitte öffnen Sie ihn noch einmal vollständig aus der Mail, oder antworten Sie einfach auf die Mail.',
    }),
  },
};

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => references[character] ?? '');
}
