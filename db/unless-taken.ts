/** What a change of something that has a version and a unique name came to. */
export type RecordChange<Row> = Row | 'missing' | 'taken' | { readonly stale: number };

/** `taken`: the unique index `constraint` refuses what `work` wanted to write. */
export async function unlessTaken<T>(constraint: string, work: () => Promise<T>): Promise<T | 'taken'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === constraint) return 'taken';
    throw error;
  }
}
