import { sayBytes } from './document-type.ts';

/** How a document goes out: as a file in the mail, as a link to download it, or as the mail itself. */
export type DocumentWay = 'attachment' | 'link' | 'body';

/** A document of a mail as somebody asked for it. */
export interface AskedDocument {
  readonly id: string;
  /** Left out: an HTML page that stands first is the mail itself, everything else is attached. */
  readonly as?: DocumentWay | undefined;
  /** How long a link works; 30 days when left out. */
  readonly expires?: number | undefined;
}

export interface MailDocument {
  readonly documentId: string;
  readonly as: DocumentWay;
  /** How long the link works, from the mail on; null for what is no link. */
  readonly linkMs: number | null;
}

/** What is known of a document that somebody asked for. */
export interface KnownDocument {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** When and by whom it was taken out, in words; null: it can be sent. */
  readonly removed: string | null;
  /** The newest version of its title that can be sent; null: there is none. */
  readonly newest: { readonly id: string; readonly version: number } | null;
}

export interface DocumentLimits {
  /** Of one attachment; those of one mail have twice that together. */
  readonly attachmentBytes: number;
  /** Whether recipients can reach us. */
  readonly hasPublicUrl: boolean;
}

/** What is wrong with the document at a place of the list; `field` '' is the whole of it. */
export interface DocumentListFault {
  readonly index: number;
  readonly field: '' | 'id' | 'as' | 'expires';
  readonly detail: string;
}

const defaultLinkMs = 30 * 86_400_000;
/** What the text of a mail may have. */
const maxBodyBytes = 1_000_000;

/** The documents of a mail as they will go out, with everything that stands against it. */
export function arrangeDocuments(
  asked: readonly AskedDocument[],
  known: ReadonlyMap<string, KnownDocument>,
  limits: DocumentLimits,
): { readonly documents: readonly MailDocument[]; readonly faults: readonly DocumentListFault[] } {
  const documents = asked.map((each, index) => arranged(each, index, known.get(each.id)));
  const faults = asked.flatMap((each, index): DocumentListFault[] => {
    const document = known.get(each.id);
    const before = asked.slice(0, index);
    const fault = (field: DocumentListFault['field'], detail: string) => [{ index, field, detail }];
    if (document === undefined)
      return fault('id', `there is no document "${each.id}"; sluice document list shows them`);
    if (before.some(({ id }) => id === each.id))
      return fault('id', `${called(document)} is given twice; a mail carries each document once`);
    if (document.removed !== null) return fault('id', removedDetail(document, document.removed));
    const as = documents[index]?.as ?? 'attachment';
    const wayFault = faultOfWay(as, each, index, document, limits);
    if (wayFault !== null) return [{ index, ...wayFault }];
    const other = before.find(({ id }) => isSameName(known.get(id), document));
    return other === undefined
      ? []
      : fault(
          'id',
          `a mail cannot have two files of the name "${document.name}"; leave one out, or rename it`,
        );
  });
  return { documents, faults: faults.length > 0 ? faults : faultsOfTogether(documents, known, limits) };
}

function arranged(
  { id, as, expires }: AskedDocument,
  index: number,
  document: KnownDocument | undefined,
): MailDocument {
  const isPage = index === 0 && document?.type === 'text/html';
  const way = as ?? (isPage ? 'body' : 'attachment');
  return { documentId: id, as: way, linkMs: way === 'link' ? (expires ?? defaultLinkMs) : null };
}

function faultOfWay(
  as: DocumentWay,
  { expires }: AskedDocument,
  index: number,
  document: KnownDocument,
  { attachmentBytes, hasPublicUrl }: DocumentLimits,
): Pick<DocumentListFault, 'field' | 'detail'> | null {
  if (expires !== undefined && as !== 'link')
    return { field: 'expires', detail: 'only a link expires; leave it out, or send the document as a link' };
  if (as === 'link')
    return hasPublicUrl
      ? null
      : { field: 'as', detail: 'links need an address that recipients reach: set SLUICE_PUBLIC_URL' };
  if (as === 'body') {
    if (index > 0 || document.type !== 'text/html')
      return { field: 'as', detail: 'only an HTML page that stands first can be the mail itself; attach it' };
    return document.size <= maxBodyBytes
      ? null
      : {
          field: 'as',
          detail: `${called(document)} has ${sayBytes(document.size)}, a page that is the mail itself at most ${sayBytes(maxBodyBytes)}; attach it, or send it as a link`,
        };
  }
  return document.size <= attachmentBytes
    ? null
    : {
        field: 'as',
        detail: `${called(document)} has ${sayBytes(document.size)}, an attachment at most ${sayBytes(attachmentBytes)}; send it as a link`,
      };
}

function faultsOfTogether(
  documents: readonly MailDocument[],
  known: ReadonlyMap<string, KnownDocument>,
  { attachmentBytes }: DocumentLimits,
): DocumentListFault[] {
  const most = 2 * attachmentBytes;
  let together = 0;
  for (const [index, { documentId, as }] of documents.entries()) {
    if (as !== 'attachment') continue;
    together += known.get(documentId)?.size ?? 0;
    if (together <= most) continue;
    const detail = `the attachments up to this one have ${sayBytes(together)} together, those of one mail at most ${sayBytes(most)}; send the largest ones as links`;
    return [{ index, field: 'as', detail }];
  }
  return [];
}

function removedDetail(document: KnownDocument, removed: string): string {
  const { newest } = document;
  const wayOut =
    newest === null
      ? 'leave it out, or bring it back (put it into the folder again, or upload it)'
      : `take version ${newest.version} (${newest.id}), or leave it out`;
  return `${called(document)} ${removed}; ${wayOut}`;
}

function called({ title, version }: KnownDocument): string {
  return `the document "${title}" (version ${version})`;
}

/** Systems of recipients do not tell letters by their case. */
function isSameName(one: KnownDocument | undefined, other: KnownDocument): boolean {
  return one !== undefined && one.id !== other.id && one.name.toLowerCase() === other.name.toLowerCase();
}
