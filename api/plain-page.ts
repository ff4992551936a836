import { createHash } from 'node:crypto';
import type { PageLanguage } from '../domain/response-link.ts';

export interface PlainPage {
  readonly language: PageLanguage;
  readonly title: string;
  readonly text: string;
  /** HTML of a form; empty for none. */
  readonly button?: string;
}

/** A page for recipients as HTML with its headers. Nothing on it comes from elsewhere, nothing runs, and it must not be framed or indexed. */
export function renderPlainPage({ language, title, text, button = '' }: PlainPage): {
  html: string;
  headers: Record<string, string>;
} {
  const html =
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
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

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => references[character] ?? '');
}
