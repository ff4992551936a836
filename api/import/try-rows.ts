import { readKnownContacts, readKnownCustomers, readKnownRecords } from '../../db/import/known.ts';
import { recordKey } from '../../db/import/write-records.ts';
import type { Database } from '../../db/open.ts';
import { IdentityBook } from '../../domain/import-identity.ts';
import { placeRow, type RowPlace } from '../../domain/import-placing.ts';
import type { ImportPlan } from '../../domain/import-plan.ts';
import type { ImportRow } from '../../domain/import-row.ts';
import { writeTarget } from '../../domain/import-target.ts';
import type { AttributeValue } from '../../domain/recipient.ts';
import type { ImportPreview } from '../../domain/schema/import-preview.ts';
import { createTake } from './import-file.ts';
import type { TableRow } from './table-file.ts';

const rowsAtOnce = 2_000;
const firstRows = 10;
const mostFaults = 100;

/** Reads and places the rows as an import does, with what the database knows, and writes nothing. */
export async function tryRows(
  db: Database,
  rows: readonly TableRow[],
  plan: ImportPlan,
): Promise<Pick<ImportPreview, 'read' | 'created' | 'updated' | 'rejected' | 'first' | 'faults'>> {
  const trial = new Trial(plan);
  const take = createTake(plan);
  const first: ImportPreview['first'] = [];
  const faults: ImportPreview['faults'] = [];
  let rejected = 0;
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const group = rows.slice(from, from + rowsAtOnce).map(take);
    await trial.learn(
      db,
      group.flatMap((each) => ('row' in each ? [each.row] : [])),
    );
    for (const each of group) {
      const why = 'row' in each ? trial.place(each.row) : each;
      if (why !== null) {
        rejected++;
        if (faults.length < mostFaults)
          faults.push({ line: each.line, column: why.column, reason: why.reason });
      } else if ('row' in each && first.length < firstRows)
        first.push({ line: each.line, values: valuesOf(plan, each.row) });
    }
  }
  const { created } = trial;
  return { read: rows.length, created, updated: rows.length - rejected - created, rejected, first, faults };
}

/** What the database would know after the rows so far. */
class Trial {
  readonly #plan: ImportPlan;
  readonly #books = { contacts: new IdentityBook<string>(), customers: new IdentityBook<string>() };
  readonly #records = new Set<string>();
  readonly #made = new Set<unknown>();

  constructor(plan: ImportPlan) {
    this.#plan = plan;
  }

  get created(): number {
    return this.#made.size;
  }

  async learn(db: Database, rows: readonly ImportRow[]): Promise<void> {
    await readKnownContacts(db, rows, false, this.#books.contacts);
    await readKnownCustomers(db, rows, false, this.#books.customers);
    if (this.#plan.kind === 'records')
      for (const key of await readKnownRecords(db, rows)) if (!this.#made.has(key)) this.#records.add(key);
  }

  /** Answers why the row would be refused. */
  place(row: ImportRow): { readonly column: string | null; readonly reason: string } | null {
    const { kind, columns } = this.#plan;
    let placed: RowPlace<string> = placeRow(kind, row, this.#books);
    if (placed === 'cut') {
      this.#books.contacts.settle();
      this.#books.customers.settle();
      placed = placeRow(kind, row, this.#books);
    }
    if (placed === 'cut') throw new Error('a key that nobody has any more cannot be taken');
    if ('reason' in placed) {
      const { target, reason } = placed;
      const column = columns.find((each) => writeTarget(each.target) === target)?.written ?? null;
      return { column, reason };
    }
    const { contact, customer } = placed;
    const entry = kind === 'contacts' ? contact : customer;
    if (kind === 'records') this.#noteRecords(row);
    else if (entry !== null && entry.id === null) this.#made.add(entry);
    return null;
  }

  #noteRecords({ records }: ImportRow): void {
    for (const { kind, externalId } of records) {
      const key = recordKey(kind, externalId);
      if (!this.#records.has(key)) this.#made.add(key);
    }
  }
}

/** By what the columns mean; those that mean nothing are left out. */
function valuesOf(
  { columns }: ImportPlan,
  { contact, customer, records }: ImportRow,
): Record<string, AttributeValue> {
  const values: [string, AttributeValue][] = columns.flatMap(({ target }): [string, AttributeValue][] => {
    const name = writeTarget(target);
    switch (target.of) {
      case 'nothing':
        return [];
      case 'contact':
        return [[name, contact[target.field]]];
      case 'customer':
        return [[name, customer?.[target.field] ?? null]];
      case 'record':
        return [[name, records.find(({ kind }) => kind === target.kind)?.[target.field] ?? null]];
      case 'attribute': {
        const { owner } = target;
        const of =
          owner.of === 'contact'
            ? contact
            : owner.of === 'customer'
              ? customer
              : records.find(({ kind }) => kind === owner.kind);
        return [[name, of?.attributes[target.name] ?? null]];
      }
    }
  });
  return Object.fromEntries(values);
}
