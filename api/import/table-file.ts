/** A file with a table, whatever its format: the header, and the rows as they are read. */
export interface TableFile {
  readonly header: readonly string[];
  /** The rows below the header, in groups as they come; reading the next group is what reads on in the file. */
  readonly rows: AsyncIterable<readonly TableRow[]>;
  /** For people: how it was read, such as `CSV with ;`. */
  readonly format: string;
  /** Of a workbook: the sheet that is read, and all that there are. */
  readonly sheet: string | null;
  readonly sheets: readonly string[];
  /** Lets go of what it holds; nothing is read after that. */
  readonly close: () => Promise<void>;
}

/** A row as text, or why it cannot be read. `line` is where it begins; the first line of the file is 1. */
export type TableRow =
  | {
      readonly line: number;
      readonly fields: readonly string[];
      /** Indices of the fields that the file itself says are numbers. */
      readonly native?: ReadonlySet<number>;
    }
  | {
      readonly line: number;
      readonly reason: string;
      /** The index of the column that is to blame, if one is. */
      readonly field: number | null;
      /** Null where the row could not be cut into cells; then its beginning as text. */
      readonly cells: readonly string[] | null;
      readonly text: string | null;
    };
