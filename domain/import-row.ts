import type { ImportPlan, PlannedColumn } from './import-plan.ts';
import { createPut, emptyDraft, type RowDraft } from './import-put.ts';
import { writeTarget } from './import-target.ts';
import type { AttributeValue } from './recipient.ts';

/** What a row says; parts that its file has no columns for are null or empty. A value is null when its cell is empty. */
export interface ImportRow {
  readonly contact: ContactValues;
  /** Null: the row names no customer. */
  readonly customer: CustomerValues | null;
  readonly records: readonly RecordValues[];
}

type Attributes = Readonly<Record<string, AttributeValue>>;

export interface ContactValues {
  readonly externalId: string | null;
  /** As written, and its key; null only where the file has no column for it. */
  readonly email: string | null;
  readonly address: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly title: string | null;
  readonly salutation: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly newsletter: boolean | null;
  /** RFC 3339. */
  readonly newsletterAt: string | null;
  readonly newsletterHow: string | null;
  readonly newsletterWording: string | null;
  readonly attributes: Attributes;
}

export interface CustomerValues {
  readonly externalId: string | null;
  readonly name: string | null;
  readonly attributes: Attributes;
}

export interface RecordValues {
  readonly kind: string;
  readonly externalId: string;
  readonly title: string | null;
  readonly link: string | null;
  readonly attributes: Attributes;
}

/** Why a row is refused: the column as written in the file, or null when it is the row as a whole. */
export interface RowRefusal {
  readonly column: string | null;
  readonly reason: string;
}

/** Cells of one row as text; `native` has the indices of those that the file itself says are numbers. */
export type ReadRow = (cells: readonly string[], native?: ReadonlySet<number>) => ImportRow | RowRefusal;

/** Reads the rows of one file. `toAscii` as for normaliseAddress; time zones and languages are remembered once they were checked. */
export function createRowReader(plan: ImportPlan, toAscii: (domain: string) => string): ReadRow {
  const { columns } = plan;
  const put = columns.map((column) => createPut(column, plan, toAscii));
  const kinds = recordKinds(plan);
  return (cells, native) => {
    if (cells.length !== columns.length) return raggedRow(columns, cells.length);
    const draft = emptyDraft(kinds);
    for (const [index, column] of columns.entries()) {
      const why = put[index]?.(draft, cells[index] ?? '', native?.has(index) === true) ?? null;
      if (why !== null) return { column: column.written, reason: why };
    }
    return finish(draft, plan);
  };
}

export function isRefusal(row: ImportRow | RowRefusal): row is RowRefusal {
  return 'reason' in row;
}

/** Values of somebody or something that the row does not name have nowhere to go: such a row is refused, not shortened. */
function finish(
  { contact, customer, records }: RowDraft,
  { kind, columns }: ImportPlan,
): ImportRow | RowRefusal {
  const homeless = (written: string, reason: string): RowRefusal => ({
    column: columns.find(({ target }) => writeTarget(target) === written)?.written ?? null,
    reason,
  });
  if (
    contact.newsletter === null &&
    (contact.newsletterAt ?? contact.newsletterHow ?? contact.newsletterWording) !== null
  )
    return homeless(
      'contact.newsletter',
      'the row says how the newsletter was ordered, but not whether it was',
    );
  const named = customer.name !== null || customer.externalId !== null;
  if (!named && (kind === 'customers' || hasValue(customer)))
    return homeless('customer.name', 'the name of a customer is required here');
  const kept: RecordValues[] = [];
  for (const { externalId, ...values } of records.values()) {
    if (externalId !== null) kept.push({ externalId, ...values });
    else if (kind === 'records' || values.title !== null || values.link !== null || hasValue(values))
      return homeless(
        `record.${values.kind}.externalId`,
        `the external id of a record (${values.kind}) is required here`,
      );
  }
  return { contact, customer: named ? customer : null, records: kept };
}

function hasValue({ attributes }: { readonly attributes: Attributes }): boolean {
  return Object.values(attributes).some((value) => value !== null);
}

function raggedRow(columns: readonly PlannedColumn[], found: number): RowRefusal {
  const missing = columns[found];
  const reason =
    found > columns.length
      ? `the row has ${found} columns, the header ${columns.length}; a value with the delimiter in it needs quotes`
      : `the row has ${found} columns, the header ${columns.length}; this one and what follows are missing`;
  return { column: missing?.written ?? null, reason };
}

function recordKinds({ columns }: ImportPlan): readonly string[] {
  return [...new Set(columns.flatMap(({ target }) => (target.of === 'record' ? [target.kind] : [])))];
}
