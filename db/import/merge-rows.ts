import type { Entry } from '../../domain/import-identity.ts';
import { placeRow, type Books } from '../../domain/import-placing.ts';
import type { CustomerValues, ImportRow } from '../../domain/import-row.ts';
import type { ImportShape } from '../../domain/import-shape.ts';
import type { ImportKind } from '../../domain/schema/import-source.ts';
import type { Database } from '../open.ts';
import { readKnownContacts, readKnownCustomers, type KnownContact } from './known.ts';
import { recordConsent } from './record-consent.ts';
import { writeContacts, type ContactToWrite } from './write-contacts.ts';
import { changesCustomers, writeCustomers, type Written } from './write-customers.ts';
import { recordKey, writeRecords, type WrittenRecords } from './write-records.ts';

/** What all rows of one import have in common. */
export interface ImportJob {
  readonly kind: ImportKind;
  readonly shape: ImportShape;
  /** Who imports, and how consent came where the file does not say it. */
  readonly by: string;
  readonly how: string;
}

export interface MergedRows {
  readonly created: number;
  /** Of the other accepted rows, those after which nothing differed. */
  readonly unchanged: number;
  /** By the index of the row; `target` is what the column means that is to blame. */
  readonly refused: ReadonlyMap<number, { readonly target: string; readonly reason: string }>;
}

/**
 * Writes the rows of a group: those of whom somebody is known change the values of the columns that the file has (an empty cell
 * clears), the others add. Rows that clash with somebody else are refused and change nothing. Of several rows for the same one the last
 * wins. Run it in a transaction, and again from the beginning when it fails on a unique index: then somebody else added the same one.
 */
export async function mergeRows(
  db: Database,
  rows: readonly ImportRow[],
  job: ImportJob,
): Promise<MergedRows> {
  const refused = new Map<number, { readonly target: string; readonly reason: string }>();
  let created = 0;
  let unchanged = 0;
  let from = 0;
  while (from < rows.length) {
    const segment = await placeSegment(db, rows, from, job);
    for (const [index, why] of segment.refused) refused.set(index, why);
    const written = await writeSegment(db, segment, job);
    created += written.created;
    unchanged += written.unchanged;
    from = segment.to;
  }
  return { created, unchanged, refused };
}

interface PlacedRow {
  readonly row: ImportRow;
  readonly contact: Entry<string> | null;
  readonly customer: Entry<string> | null;
}

interface Segment {
  readonly placed: readonly PlacedRow[];
  readonly people: ReadonlyMap<Entry<string>, Person>;
  readonly customers: ReadonlyMap<Entry<string>, CustomerValues>;
  readonly known: readonly KnownContact[];
  readonly refused: ReadonlyMap<number, { readonly target: string; readonly reason: string }>;
  readonly to: number;
}

interface Person {
  readonly row: ImportRow;
  readonly customer: Entry<string> | null;
  /** As to be kept; null: as it is stored. */
  readonly email: string | null;
  readonly address: string;
}

/** As many rows as can be written together. */
async function placeSegment(
  db: Database,
  rows: readonly ImportRow[],
  from: number,
  { kind, shape }: ImportJob,
): Promise<Segment> {
  const rest = from === 0 ? rows : rows.slice(from);
  const { known, book } = await readKnownContacts(db, rest, kind === 'contacts');
  const customerBook = await readKnownCustomers(db, rest, kind !== 'records' && changesCustomers(shape));
  const books: Books<string> = { contacts: book, customers: customerBook };
  const stored = new Map(known.map(({ id, address }) => [id, address]));
  const placed: PlacedRow[] = [];
  const people = new Map<Entry<string>, Person>();
  const customers = new Map<Entry<string>, CustomerValues>();
  const refused = new Map<number, { readonly target: string; readonly reason: string }>();
  let to = from;
  for (const row of rest) {
    const place = placeRow(kind, row, books);
    if (place === 'cut') break;
    if ('reason' in place) refused.set(to, place);
    else {
      placed.push({ row, ...place });
      if (place.contact !== null) people.set(place.contact, personOf(place, row, people, stored));
      if (place.customer !== null && row.customer !== null) customers.set(place.customer, row.customer);
    }
    to++;
  }
  return { placed, people, customers, known, refused, to };
}

/** An address stays as it was first written; only a new one is taken over. */
function personOf(
  { contact, customer }: { readonly contact: Entry<string> | null; readonly customer: Entry<string> | null },
  row: ImportRow,
  people: ReadonlyMap<Entry<string>, Person>,
  stored: ReadonlyMap<string, string>,
): Person {
  const before = contact === null ? undefined : people.get(contact);
  const address = contact?.key ?? '';
  const known = before?.address ?? stored.get(contact?.id ?? '');
  const email = known === address ? (before?.email ?? null) : row.contact.email;
  return { row, customer, email, address };
}

async function writeSegment(
  db: Database,
  { placed, people, customers, known }: Segment,
  { kind, shape, by, how }: ImportJob,
): Promise<{ created: number; unchanged: number }> {
  const nothing: Written<Entry<string>> = { ids: new Map(), created: new Set(), changed: new Set() };
  const organisations = kind === 'records' ? nothing : await writeCustomers(db, customers, shape);
  const idOf = ({ customer }: Pick<PlacedRow, 'customer'>): string | null =>
    customer === null ? null : (organisations.ids.get(customer) ?? customer.id);
  const toWrite = new Map<Entry<string>, ContactToWrite>();
  for (const [entry, person] of people)
    toWrite.set(entry, { values: person.row.contact, email: person.email, customerId: idOf(person) });
  const contacts = kind === 'contacts' ? await writeContacts(db, toWrite, shape) : nothing;
  if (kind === 'contacts' && shape.contact.fields.has('newsletter'))
    await keepConsent(db, toWrite, contacts, known, { by, how });
  const records = await writeRecords(
    db,
    placed.flatMap((each) =>
      each.row.records.map((record) => ({
        record,
        contactId: each.contact === null ? null : (contacts.ids.get(each.contact) ?? each.contact.id),
        // What belongs to a person of the file does not belong to the person's customer as well.
        customerId: kind === 'contacts' ? null : idOf(each),
      })),
    ),
    shape,
    by,
  );
  return count(placed, kind, { contacts, organisations, records });
}

async function keepConsent(
  db: Database,
  people: ReadonlyMap<Entry<string>, ContactToWrite>,
  { ids }: Written<Entry<string>>,
  known: readonly KnownContact[],
  said: { readonly by: string; readonly how: string },
): Promise<void> {
  const before = new Map(known.map(({ id, newsletter }) => [id, newsletter]));
  const answers = [...people].map(([entry, { values }]) => ({
    contactId: ids.get(entry) ?? '',
    before: before.get(entry.id ?? '') ?? null,
    values,
  }));
  await recordConsent(db, answers, said);
}

/** The first row of somebody new counts as created, all others as updated. */
function count(
  placed: readonly PlacedRow[],
  kind: ImportKind,
  written: {
    readonly contacts: Written<Entry<string>>;
    readonly organisations: Written<Entry<string>>;
    readonly records: WrittenRecords;
  },
): { created: number; unchanged: number } {
  const { contacts, organisations, records } = written;
  const keys = ({ row }: PlacedRow): string[] =>
    row.records.map(({ kind: of, externalId }) => recordKey(of, externalId));
  const created =
    kind === 'contacts'
      ? contacts.created.size
      : kind === 'customers'
        ? organisations.created.size
        : records.created.size;
  const differs = (each: PlacedRow): boolean =>
    [contacts, organisations].some(({ created, changed }, index) => {
      const entry = index === 0 ? each.contact : each.customer;
      return entry !== null && (created.has(entry) || changed.has(entry));
    }) || keys(each).some((key) => records.created.has(key) || records.changed.has(key));
  return { created, unchanged: placed.filter((each) => !differs(each)).length };
}
