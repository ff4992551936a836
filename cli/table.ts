import { clip, columnsOf, pad } from './terminal-text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** The one column that gives way when the terminal is narrow. */
  readonly gives?: boolean;
}

/** A plain table: title line, one line per row, two spaces between columns. Nothing is cut when `width` is infinite. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number): string[] {
  const cells = rows.map((row) => columns.map((column) => column.of(row)));
  const widths = columns.map((column, index) =>
    Math.max(columnsOf(column.title), ...cells.map((row) => columnsOf(row[index] ?? ''))),
  );
  const gives = columns.findIndex((column) => column.gives === true);
  const excess = widths.reduce((sum, each) => sum + each + 2, -2) - width;
  if (gives >= 0 && excess > 0) widths[gives] = Math.max(8, (widths[gives] ?? 0) - excess);
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(clip(row[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, align))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)];
}
