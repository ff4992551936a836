import { columnKey } from './csv-columns.ts';
import type { ColumnGuess } from './import-guess.ts';
import { plainKey, targetOfName } from './import-names.ts';
import { declarationKey, rejectColumns, type Declarations } from './import-plan.ts';
import { readTarget } from './import-target.ts';
import type { ImportKind, MappedColumn } from './schema/import-source.ts';

/** Why a column is thought to mean something. */
export type SuggestedBy = 'name' | 'values' | 'otherwise';

export interface Suggestion {
  readonly column: MappedColumn;
  readonly by: SuggestedBy;
}

/**
 * What the columns of a file seem to mean: by their names in five languages, then by their values; what is left becomes attributes of
 * whom the file is about. No two columns mean the same.
 */
export function suggestMapping(
  header: readonly string[],
  guesses: readonly ColumnGuess[],
  about: { readonly kind: ImportKind; readonly recordKind: string | null },
  declared: Declarations,
): readonly Suggestion[] {
  const taken = new Set<string>();
  const found: (readonly [string, SuggestedBy] | null)[] = header.map((_, index) => {
    const target = byName(index, header, guesses, about);
    if (target === null || (target !== 'ignore' && taken.has(target))) return null;
    taken.add(target);
    return [target, 'name'];
  });
  const byValues = guesses.findIndex(({ type }, index) => type === 'email' && found[index] === null);
  if (about.kind === 'contacts' && !taken.has('contact.email') && byValues >= 0)
    found[byValues] = ['contact.email', 'values'];
  return header.map((written, index) => {
    const [to, by] = found[index] ?? [otherwise(written, about, taken), 'otherwise'];
    taken.add(to);
    return { column: mapped(written, to, guesses[index], declared), by };
  });
}

function byName(
  index: number,
  header: readonly string[],
  guesses: readonly ColumnGuess[],
  { kind, recordKind }: { readonly kind: ImportKind; readonly recordKind: string | null },
): string | null {
  const written = header[index] ?? '';
  const key = plainKey(written);
  const added: readonly string[] = rejectColumns;
  if (added.includes(columnKey(written))) return 'ignore';
  if (kind === 'records') return recordTarget(key, recordKind ?? '', targetOfName(written));
  if (kind === 'customers') return customerTarget(key, targetOfName(written));
  return contactTarget(index, key, header.map(targetOfName), guesses);
}

function customerTarget(key: string, usual: string | null): string | null {
  if (['name', 'nome', 'nom', 'nombre'].includes(key)) return 'customer.name';
  if (['id', 'external_id', 'number', 'nummer', 'nr'].includes(key)) return 'customer.externalId';
  return usual?.startsWith('customer.') === true ? usual : null;
}

/** `usual`: what the names of all columns mean; some mean it only beside another. */
function contactTarget(
  index: number,
  key: string,
  usual: readonly (string | null)[],
  guesses: readonly ColumnGuess[],
): string | null {
  const target = usual[index] ?? null;
  const type = guesses[index]?.type;
  if (key === 'name' && usual.includes('contact.firstName') && !usual.includes('contact.lastName'))
    return 'contact.lastName';
  if (target === 'contact.email')
    return type !== 'email' && guesses.some((guess) => guess.type === 'email') ? null : target;
  // "Newsletter" with dates in it says since when, not whether.
  if (target?.startsWith('contact.newsletter') === true) {
    const whether = usual.findIndex((each) => each === 'contact.newsletter');
    return whether < 0 || guesses[whether]?.type === 'date' ? null : target;
  }
  const hasCustomer = usual.includes('customer.name');
  if (target === 'customer.externalId' && !hasCustomer)
    return usual.includes('contact.externalId') ? null : 'contact.externalId';
  return target?.startsWith('customer.attributes.') === true && !hasCustomer ? null : target;
}

function recordTarget(key: string, kind: string, usual: string | null): string | null {
  const own: Readonly<Record<string, string>> = {
    id: 'externalId',
    external_id: 'externalId',
    number: 'externalId',
    nummer: 'externalId',
    nr: 'externalId',
    numero: 'externalId',
    [kind]: 'externalId',
    [`${kind}_id`]: 'externalId',
    [`${kind}_number`]: 'externalId',
    title: 'title',
    name: 'title',
    subject: 'title',
    titel: 'title',
    titolo: 'title',
    titre: 'title',
    titulo: 'title',
    link: 'link',
    url: 'link',
  };
  const field = Object.hasOwn(own, key) ? own[key] : undefined;
  if (field !== undefined) return `record.${kind}.${field}`;
  return ['contact.email', 'customer.name', 'customer.externalId'].includes(usual ?? '') ? usual : null;
}

function otherwise(
  written: string,
  { kind, recordKind }: { readonly kind: ImportKind; readonly recordKind: string | null },
  taken: ReadonlySet<string>,
): string {
  const owner =
    kind === 'contacts' ? 'contact' : kind === 'customers' ? 'customer' : `record.${recordKind ?? ''}`;
  const to = `${owner}.attributes.${columnKey(written)}`;
  return taken.has(to) ? `${to}_2` : to;
}

/** With the type of an attribute that nobody declared yet, where it is more than text, and how ambiguous values are written. */
function mapped(
  written: string,
  to: string,
  guess: ColumnGuess | undefined,
  declared: Declarations,
): MappedColumn {
  const target = readTarget(to);
  const column = { column: written.trim(), to };
  if (guess === undefined) return column;
  const reading = {
    ...(guess.dates === null ? {} : { dates: guess.dates }),
    ...(guess.decimal === null ? {} : { decimal: guess.decimal }),
  };
  if (target?.of === 'contact') return target.field === 'newsletterAt' ? { ...column, ...reading } : column;
  if (target?.of !== 'attribute') return column;
  if (declared.has(declarationKey(target.owner, target.name))) return { ...column, ...reading };
  if (guess.type === 'text' || guess.type === 'email') return column;
  if (guess.type !== 'choice') return { ...column, type: guess.type, ...reading };
  return { ...column, type: 'choice', choices: [...(guess.choices ?? [])] };
}
