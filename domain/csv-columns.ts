/** Longest values in characters. Attributes may be longer: they can hold a paragraph. */
export const columnLimits = { text: 200, attribute: 10_000, columns: 500, columnName: 100 } as const;

/** A column as it is written in the file, and the name that all ways of writing it have in common. */
export interface HeaderColumn {
  readonly written: string;
  readonly key: string;
}

/**
 * Reads a header: any case, everything but letters and digits between words counts as `_` (`First name`, `first-name`).
 * Answers a sentence with what is wrong when no file can be imported with this header.
 */
export function readHeader(names: readonly string[]): readonly HeaderColumn[] | { readonly fault: string } {
  if (names.length > columnLimits.columns)
    return { fault: `the header has ${names.length} columns; ${columnLimits.columns} are possible` };
  const seen = new Map<string, HeaderColumn>();
  for (const [index, name] of names.entries()) {
    const written = name.trim();
    const key = columnKey(written);
    if (key === '')
      return { fault: `column ${index + 1} of the header has no name; give it one or remove the column` };
    if (key.length > columnLimits.columnName)
      return {
        fault: `the name of column ${index + 1} is longer than ${columnLimits.columnName} characters`,
      };
    const twin = seen.get(key);
    if (twin !== undefined)
      return {
        fault: `the columns "${twin.written}" and "${written}" have the same name; rename or remove one`,
      };
    seen.set(key, { written, key });
  }
  return [...seen.values()];
}

/** `First name`, `FIRST-NAME` → `first_name`. Letters of every script stay letters. */
export function columnKey(written: string): string {
  return written
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** `ja` → true, `no` → false, empty → null, anything else undefined. */
export function readYesNo(text: string): boolean | null | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return null;
  if (yes.has(word)) return true;
  return no.has(word) ? false : undefined;
}

/** A language tag such as `de` or `en-GB` in its usual writing, or null when it is none (RFC 5646 2.1, the part that people use). */
export function readLanguage(text: string): string | null {
  const tag = text.trim().replaceAll('_', '-');
  if (!/^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(tag)) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/** True for a name that the IANA time zone database knows. Offsets are no time zones: they have no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** As messages show a value. */
export function quoted(text: string): string {
  const short = text.trim();
  return JSON.stringify(short.length > 60 ? `${short.slice(0, 60)}…` : short);
}

const yes = new Set('yes y true t 1 on ja j wahr x sì si sí s oui o vrai vero verdadero'.split(' '));
const no = new Set('no n false f 0 off nein falsch - non faux falso'.split(' '));
