import { sql } from 'kysely';
import { readAttributes, type AttributeFault } from '../domain/attribute.ts';
import type { AttributeValue } from '../domain/recipient.ts';
import { holdDeclarations, type AttributeOwner } from './attributes.ts';
import type { Database } from './open.ts';

type Refusal =
  /** Another one has this value, which must be unique; `id` is the other's. */
  | { readonly kind: 'taken'; readonly what: string; readonly field: UniqueField; readonly id: string | null }
  | { readonly kind: 'attributes'; readonly faults: readonly AttributeFault[] }
  | { readonly kind: 'noCustomer'; readonly id: string };

type UniqueField = 'email' | 'name' | 'externalId';

/** Thrown out of a transaction by what a person can mend: nothing was written. */
export class RefusedWrite extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.kind, options);
    this.name = 'RefusedWrite';
    this.refusal = refusal;
  }
}

/** Runs a write; a breach of uniqueness becomes a RefusedWrite that names the one who has the value. `given` has the values by column. */
export async function refuseTaken<T>(
  db: Database,
  given: {
    readonly address?: string | undefined;
    readonly name?: string | undefined;
    readonly external_id?: string | null | undefined;
  },
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const unique = uniques.get(constraintOf(error));
    if (unique === undefined) throw error;
    const { table, column, field } = unique;
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where ${sql.ref(column)} = ${given[column] ?? null}`.execute(db);
    throw new RefusedWrite({ kind: 'taken', what: table, field, id: rows[0]?.id ?? null }, { cause: error });
  }
}

/** Attributes by what they are declared as, which stays so until the transaction ends. Throws RefusedWrite. */
export async function typedAttributes(
  trx: Database,
  owner: AttributeOwner,
  given: Readonly<Record<string, AttributeValue>>,
): Promise<Record<string, AttributeValue>> {
  const { values, faults } = readAttributes(await holdDeclarations(trx, owner), given);
  if (faults.length > 0) throw new RefusedWrite({ kind: 'attributes', faults });
  return values;
}

const uniques = new Map(
  [
    { table: 'contact', column: 'address', field: 'email' },
    { table: 'contact', column: 'external_id', field: 'externalId' },
    { table: 'customer', column: 'name', field: 'name' },
    { table: 'customer', column: 'external_id', field: 'externalId' },
    { table: 'agent', column: 'name', field: 'name' },
  ].map(({ table, column, field }) => [
    `${table}_${column}_key`,
    // The literals above are the fields and columns that the types name.
    { table, column: column as 'address' | 'name' | 'external_id', field: field as UniqueField },
  ]),
);

function constraintOf(error: unknown): string {
  return error instanceof Error && 'constraint' in error ? String(error.constraint) : '';
}
