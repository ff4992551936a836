import PostalMime, { decodeWords, type Email } from 'postal-mime';
import type { Entry } from './message-store.ts';

/** The list of received mails, newest first. */
export function listPage(list: { entries: readonly Entry[]; search: string; count: number }): string {
  const last = list.entries.at(-1)?.n ?? 0;
  const query = list.search === '' ? '' : `&q=${encodeURIComponent(list.search)}`;
  const older = last > 1 ? `<p><a href="/?before=${last}${query}">Older</a></p>` : '';
  return page(
    `Mail sink: ${list.count} mails`,
    `<form><input name="q" type="search" value="${escape(list.search)}" placeholder="address, subject or Message-ID"
       aria-label="Search" autofocus><button>Search</button></form>
     <table><thead><tr><th>No.<th>Received<th>To<th>Subject<th>Size</thead><tbody>${list.entries.map(row).join('')}</tbody></table>
     ${list.entries.length === 0 ? '<p>Nothing here yet. Whatever is sent to this sink is kept and never delivered.</p>' : older}`,
  );
}

/** One mail: header, text, HTML in a frame that can neither run scripts nor load anything, and the source. */
export async function messagePage(entry: Entry, raw: Buffer): Promise<string> {
  const mail = await PostalMime.parse(raw);
  return page(
    `${entry.n}: ${mail.subject ?? '(no subject)'}`,
    `<p><a href="/">All mails</a> · <a href="/messages/${entry.n}/raw">Source</a> · <a href="/messages/${entry.n}">JSON</a>
       ${entry.n > 1 ? `· <a href="/view/${entry.n - 1}">Older</a>` : ''} · <a href="/view/${entry.n + 1}">Newer</a></p>
     <dl><dt>Envelope<dd>from &lt;${escape(entry.from)}&gt; to ${entry.to.map((to) => `&lt;${escape(to)}&gt;`).join(', ')}
       <dt>Received<dd>${escape(entry.at)}</dl>
     ${htmlPart(mail)}
     ${mail.text === undefined ? '' : `<h2>Text</h2><pre>${escape(mail.text)}</pre>`}
     ${attachments(mail)}
     <h2>Header</h2><pre>${escape(headerOf(raw))}</pre>`,
  );
}

export function notFoundPage(): string {
  return page(
    'There is no such mail',
    '<p>It has not come yet, or the address is wrong. <a href="/">All mails</a></p>',
  );
}

function row(entry: Entry): string {
  return `<tr><td>${entry.n}<td>${escape(entry.at.slice(0, 19).replace('T', ' '))}
    <td>${escape(entry.to.join(', '))}<td><a href="/view/${entry.n}">${escape(decodeWords(entry.subject) || '(no subject)')}</a>
    <td>${entry.size}`;
}

function htmlPart(mail: Email): string {
  if (mail.html === undefined) return '';
  return `<h2>HTML</h2><iframe sandbox="" srcdoc="${escape(mail.html)}" title="The mail as HTML"></iframe>`;
}

function attachments({ attachments }: Email): string {
  if (attachments.length === 0) return '';
  const items = attachments.map(
    ({ filename, mimeType }) => `<li>${escape(filename ?? '(no name)')} (${escape(mimeType)})`,
  );
  return `<h2>Attachments</h2><ul>${items.join('')}</ul>`;
}

function headerOf(raw: Buffer): string {
  const end = raw.indexOf('\r\n\r\n');
  return raw.toString('utf8', 0, end === -1 ? raw.length : end);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } h2 { font-size: 1rem; margin-top: 1.5rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884 }
td:first-child, td:last-child { font-variant-numeric: tabular-nums }
input { width: 24rem; max-width: 70%; padding: .3rem } button { padding: .3rem .8rem }
iframe { width: 100%; height: 40rem; border: 1px solid #8886; background: #fff; color-scheme: light }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .8rem } dt { font-weight: 600 }
</style><h1>${escape(title)}</h1>${body}</html>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
