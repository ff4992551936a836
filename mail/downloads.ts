import { escapeHtml } from './escape-html.ts';

/** A document that recipients fetch by a link of their own. */
interface Download {
  readonly documentId: string;
  readonly title: string;
  /** Octets. */
  readonly size: number;
  /** How long the link works, in ms from the mail's Date on: a mail that is built again has the same link. */
  readonly linkMs: number;
}

export interface Downloads {
  readonly items: readonly Download[];
  /** See `createDocumentLinks`. */
  urlOf(contactId: string, documentId: string, expiresAt: number): string;
}

export interface DownloadsFor {
  readonly contactId: string;
  /** BCP 47; decides how sizes are written. */
  readonly language: string | null;
  /** The mail's Date. */
  readonly date: number;
}

/** The list as it stands in the mail of one person; '' when there is nothing to download. */
export function listDownloads(
  kind: 'html' | 'text',
  downloads: Downloads | null,
  person: DownloadsFor,
): string {
  return (downloads?.items ?? [])
    .map((item) => {
      const url = downloads?.urlOf(person.contactId, item.documentId, person.date + item.linkMs) ?? '';
      const size = sizeText(item.size, person.language);
      return kind === 'text'
        ? `${item.title} (${size}): ${url}\n`
        : `<p style="margin:0 0 8px"><a href="${escapeHtml(url)}">${escapeHtml(item.title)}</a> (${escapeHtml(size)})</p>\n`;
    })
    .join('');
}

const formats = new Map<string, Intl.NumberFormat>();

/** `1.2 MB`, `1,2 MB`. Kilobytes and megabytes are counted by the thousand, as file managers do. */
function sizeText(octets: number, language: string | null): string {
  return octets < 1_000_000
    ? formatOf('kilobyte', language ?? 'en').format(Math.ceil(octets / 1_000))
    : formatOf('megabyte', language ?? 'en').format(octets / 1_000_000);
}

function formatOf(unit: string, language: string): Intl.NumberFormat {
  const key = `${unit} ${language}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = createFormat(unit, language);
  // Languages come with imports: nobody can fill the memory with them.
  if (formats.size < 200) formats.set(key, format);
  return format;
}

function createFormat(unit: string, language: string): Intl.NumberFormat {
  const options = { style: 'unit', unit, maximumFractionDigits: 1 } as const;
  try {
    return new Intl.NumberFormat(language, options);
  } catch {
    // What an import calls a language need not be one.
    return new Intl.NumberFormat('en', options);
  }
}
