/**
 * Text as a cell of a CSV file that a spreadsheet may open. Spreadsheets run a cell as a formula that begins with one of
 * `= + - @`, a tab or a line end (OWASP, "CSV Injection"; also the full-width forms): such a text gets a `'` in front, which they take
 * for "this is text". A text that begins with `'` and one of those gets one more, so that the import can take exactly one off again
 * and has what was exported (`withoutFormulaGuard`).
 */
export function withFormulaGuard(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** Takes the `'` off that `withFormulaGuard` set. For a text that no export guarded: a leading `'` before a formula's sign is dropped. */
export function withoutFormulaGuard(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}

/** RFC 4180 2: quotes around what would end a cell or a line. The other usual delimiters count, too: a spreadsheet may split at them. */
export function quoteCell(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const formula = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
