import type { AttributeDeclaration } from './attribute.ts';
import { quoted, readHeader, type HeaderColumn } from './csv-columns.ts';
import type { CellReading } from './import-cell.ts';
import {
  readTarget,
  writeOwner,
  writeTarget,
  type AttributeOwner,
  type ContactField,
  type ImportTarget,
} from './import-target.ts';
import type { ImportKind, ImportMapping, MappedColumn } from './schema/import-source.ts';

/** What an import does with each column of its file, in their order. */
export interface ImportPlan {
  readonly kind: ImportKind;
  /** Of a file of records. */
  readonly recordKind: string | null;
  readonly columns: readonly PlannedColumn[];
}

export interface PlannedColumn {
  readonly written: string;
  readonly target: ImportTarget;
  readonly reading: CellReading;
  /** The attribute's type; null: text as it is written. */
  readonly declaration: AttributeDeclaration | null;
  /** The attribute is declared by this import: with the type that is stated, or that of its values. */
  readonly declares: 'stated' | 'found' | null;
}

/** A named way to read files, as far as an import needs it. Null where there is none: columns by their usual names. */
export interface PlannedSource {
  readonly kind: ImportKind;
  readonly recordKind: string | null;
  readonly mapping: ImportMapping;
}

/** What is declared of attributes, by `writeOwner(owner)` without a record's kind, a dot and the name. */
export type Declarations = ReadonlyMap<string, AttributeDeclaration>;

/** Columns that files of refused rows have besides their own; they mean nothing. */
export const rejectColumns = ['sluice_line', 'sluice_column', 'sluice_reason', 'sluice_text'] as const;

/** Plans the import of a file with this header; answers a sentence with what is wrong when it cannot be imported so. */
export function planImport(
  names: readonly string[],
  source: PlannedSource | null,
  declared: Declarations,
): ImportPlan | { readonly fault: string } {
  const header = readHeader(names);
  if ('fault' in header) return header;
  const mapped = source === null ? header.map(byUsualName) : byMapping(header, source.mapping);
  if ('fault' in mapped) return mapped;
  const columns: PlannedColumn[] = [];
  for (const [index, { target, mapping }] of mapped.entries()) {
    const column = planColumn(header[index]?.written ?? '', target, mapping, source, declared);
    if ('fault' in column) return column;
    columns.push(column);
  }
  const plan: ImportPlan = {
    kind: source?.kind ?? 'contacts',
    recordKind: source?.recordKind ?? null,
    columns,
  };
  const fault = missing(plan, names, source);
  return fault === null ? plan : { fault };
}

/** Whether the plan has a column for a target, written as in mappings. */
function hasTarget({ columns }: Pick<ImportPlan, 'columns'>, written: string): boolean {
  return columns.some(({ target }) => writeTarget(target) === written);
}

/** Under which name what is declared of an attribute is found. */
export function declarationKey(owner: AttributeOwner, name: string): string {
  return `${owner.of}.${name}`;
}

interface Mapped {
  readonly target: ImportTarget;
  readonly mapping: MappedColumn | null;
}

const usualNames: Readonly<Record<string, ContactField>> = {
  email: 'email',
  first_name: 'firstName',
  last_name: 'lastName',
  title: 'title',
  salutation: 'salutation',
  language: 'language',
  time_zone: 'timeZone',
  newsletter: 'newsletter',
};

function isRejectColumn(key: string): boolean {
  const names: readonly string[] = rejectColumns;
  return names.includes(key);
}

/** Without a source: the names of docs/import-contacts.md, and every other column is an attribute. */
function byUsualName({ key }: HeaderColumn): Mapped {
  if (isRejectColumn(key)) return { target: { of: 'nothing' }, mapping: null };
  if (key === 'customer') return { target: { of: 'customer', field: 'name' }, mapping: null };
  const field = Object.hasOwn(usualNames, key) ? usualNames[key] : undefined;
  if (field !== undefined) return { target: { of: 'contact', field }, mapping: null };
  return { target: { of: 'attribute', owner: { of: 'contact' }, name: key }, mapping: null };
}

function byMapping(
  header: readonly HeaderColumn[],
  { columns, others }: ImportMapping,
): readonly Mapped[] | { readonly fault: string } {
  const wanted = new Map(columns.map((column) => [headerKey(column.column), column]));
  const absent = columns.find(
    ({ column, optional }) => optional !== true && !header.some(({ key }) => key === headerKey(column)),
  );
  if (absent !== undefined)
    return {
      fault: `the file has no column ${quoted(absent.column)}, which the source maps to ${absent.to}; add it, or set "optional": true for it in the source`,
    };
  const known = (key: string): boolean => wanted.has(key) || isRejectColumn(key);
  const unknown = header.filter(({ key }) => !known(key));
  if (others === 'refuse' && unknown.length > 0)
    return {
      fault: `the source says nothing of the ${unknown.length === 1 ? 'column' : 'columns'} ${unknown.map(({ written }) => quoted(written)).join(', ')}; map them (to "ignore" if they mean nothing), or set "others" in the source`,
    };
  return header.map((column) => {
    const mapping = wanted.get(column.key);
    if (mapping !== undefined) return { target: readTarget(mapping.to) ?? { of: 'nothing' }, mapping };
    return others === 'attributes' && !isRejectColumn(column.key)
      ? { target: { of: 'attribute', owner: { of: 'contact' }, name: column.key }, mapping: null }
      : { target: { of: 'nothing' }, mapping: null };
  });
}

function headerKey(written: string): string {
  const header = readHeader([written]);
  return 'fault' in header ? '' : (header[0]?.key ?? '');
}

function planColumn(
  written: string,
  target: ImportTarget,
  mapping: MappedColumn | null,
  source: PlannedSource | null,
  declared: Declarations,
): PlannedColumn | { readonly fault: string } {
  const reading = readingOf(mapping, source);
  const plain = { written, target, reading, declaration: null, declares: null };
  if (target.of !== 'attribute') return plain;
  const known = declared.get(declarationKey(target.owner, target.name));
  const stated = mapping?.type;
  if (known !== undefined && stated !== undefined && stated !== 'found' && stated !== known.type)
    return {
      fault: `${writeOwner(target.owner)}.attributes.${target.name} is declared as ${known.type}, the source says ${stated}; change one of them`,
    };
  if (known !== undefined) return { ...plain, declaration: known };
  if (stated === undefined) return plain;
  if (stated === 'found') return { ...plain, declares: 'found' };
  return { ...plain, declaration: { type: stated, choices: mapping?.choices ?? null }, declares: 'stated' };
}

function readingOf(mapping: MappedColumn | null, source: PlannedSource | null): CellReading {
  const words = (given: readonly string[] = []): string[] => given.map((word) => word.toLowerCase());
  return {
    dates: mapping?.dates ?? source?.mapping.dates ?? null,
    decimal: mapping?.decimal ?? source?.mapping.decimal ?? null,
    yes: words(mapping?.yes),
    no: words(mapping?.no),
  };
}

/** Without these there is nobody whom a row could speak of. */
function missing(plan: ImportPlan, names: readonly string[], source: PlannedSource | null): string | null {
  const { kind, recordKind } = plan;
  if (kind === 'contacts') {
    if (hasTarget(plan, 'contact.email') || hasTarget(plan, 'contact.externalId')) return null;
    return source === null
      ? withoutEmail(names)
      : 'no column of the file means contact.email or contact.externalId';
  }
  if (kind === 'customers')
    return hasTarget(plan, 'customer.name') || hasTarget(plan, 'customer.externalId')
      ? null
      : 'no column of the file means customer.name or customer.externalId';
  const id = `record.${recordKind ?? ''}.externalId`;
  return hasTarget(plan, id) ? null : `no column of the file means ${id}`;
}

function withoutEmail(names: readonly string[]): string {
  const near = names.find((name) => /mail/i.test(name));
  const found = names
    .slice(0, 10)
    .map((name) => quoted(name))
    .join(', ');
  const way =
    near === undefined ? 'name the column with the addresses "email"' : `rename ${quoted(near)} to "email"`;
  return `the header has no column "email" (found ${found}); ${way}`;
}
