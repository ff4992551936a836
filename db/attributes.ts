import { sql, type Selectable } from 'kysely';
import { readAttributeValue, type AttributeDeclaration } from '../domain/attribute.ts';
import type { AttributeValue } from '../domain/recipient.ts';
import type { Database } from './open.ts';
import type { PeopleTables } from './schema-people.ts';

export type AttributeRow = Selectable<PeopleTables['attribute']>;
export type AttributeOwner = AttributeRow['owner'];

/** Whose values do not fit: how many, and the first of them. */
export interface Unfitting {
  readonly count: number;
  readonly first: readonly { readonly id: string; readonly why: string }[];
}

export type Declared =
  | { readonly ok: true; readonly attribute: AttributeRow; readonly converted: number }
  | { readonly ok: false; readonly unfitting: Unfitting };

export async function listAttributes(
  db: Database,
  owner: AttributeOwner | undefined,
): Promise<AttributeRow[]> {
  let query = db.selectFrom('attribute').selectAll().orderBy('owner').orderBy('name');
  if (owner !== undefined) query = query.where('owner', '=', owner);
  return query.execute();
}

/** The attributes that at least one has a value for, with what they are declared as (null: not declared). Reads all of them. */
export async function listUsedAttributes(
  db: Database,
  owner: AttributeOwner,
): Promise<{ readonly name: string; readonly type: AttributeRow['type'] | null }[]> {
  const { rows } = await sql<{ name: string; type: AttributeRow['type'] | null }>`
    select used.name, attribute.type
    from (select distinct jsonb_object_keys(attributes) as name from ${sql.table(owner)}) used
    left join attribute on attribute.owner = ${owner} and attribute.name = used.name order by used.name`.execute(
    db,
  );
  return rows;
}

/**
 * What the attributes of an owner are declared as, by name. Call it in the transaction that writes values: nobody can
 * declare an attribute anew until that has ended, so that no value of the old type gets in behind a conversion.
 */
export async function holdDeclarations(
  trx: Database,
  owner: AttributeOwner,
): Promise<ReadonlyMap<string, AttributeDeclaration>> {
  await sql`select pg_advisory_xact_lock_shared(${declaring})`.execute(trx);
  const rows = await listAttributes(trx, owner);
  return new Map(rows.map(({ name, type, choices }) => [name, { type, choices }]));
}

/**
 * Declares an attribute, or declares it anew. Every stored value is turned into the type; when one cannot be, nothing is changed
 * and the answer says how many and which. Declaring what is declared changes nothing.
 */
export async function declareAttribute(
  db: Database,
  wanted: Pick<AttributeRow, 'owner' | 'name' | 'type' | 'label' | 'choices'>,
  by: string,
): Promise<Declared> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${declaring})`.execute(trx);
      const converted = await convertValues(trx, wanted);
      const attribute = await trx
        .insertInto('attribute')
        .values({ ...wanted, created_by: by })
        .onConflict((conflict) =>
          conflict
            .columns(['owner', 'name'])
            .doUpdateSet({ type: wanted.type, label: wanted.label, choices: wanted.choices, found: false }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return { ok: true, attribute, converted };
    });
  } catch (error) {
    if (error instanceof UnfittingValues) return { ok: false, unfitting: error.unfitting };
    throw error;
  }
}

/** Forgets a declaration that nobody has a value for. Answers how many have one, 0 when it is gone (also when there was none). */
export async function removeAttribute(db: Database, owner: AttributeOwner, name: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${declaring})`.execute(trx);
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${sql.table(owner)} where attributes ? ${name}`.execute(trx);
    const holders = rows[0]?.n ?? 0;
    if (holders === 0)
      await trx.deleteFrom('attribute').where('owner', '=', owner).where('name', '=', name).execute();
    return holders;
  });
}

/** One lock for all declarations: they are rare, and writers of values share it. */
const declaring = 7_163_401;

class UnfittingValues extends Error {
  readonly unfitting: Unfitting;

  constructor(unfitting: Unfitting) {
    super('values do not fit the type');
    this.unfitting = unfitting;
  }
}

const chunk = 5_000;
const examples = 5;

/** Chunk by chunk in the order of ids: memory does not grow with the number of people. Throws UnfittingValues. */
async function convertValues(
  trx: Database,
  { owner, name, type, choices }: Pick<AttributeRow, 'owner' | 'name' | 'type' | 'choices'>,
): Promise<number> {
  let converted = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  let unfitting: Unfitting = { count: 0, first: [] };
  for (;;) {
    const { rows } = await sql<{ id: string; value: AttributeValue }>`
      select id, attributes -> ${name} as value from ${sql.table(owner)}
      where id > ${after} and attributes ? ${name} order by id limit ${chunk}`.execute(trx);
    const { changed, refused } = convertChunk({ type, choices }, rows);
    unfitting = {
      count: unfitting.count + refused.length,
      first: [...unfitting.first, ...refused].slice(0, examples),
    };
    if (unfitting.count === 0 && changed.length > 0) {
      await sql`
        update ${sql.table(owner)} as o set updated_at = now(),
          attributes = jsonb_strip_nulls(jsonb_set(o.attributes, array[${name}], given.value))
        from unnest(${changed.map(({ id }) => id)}::uuid[], ${changed.map(({ value }) => JSON.stringify(value))}::jsonb[])
          as given (id, value)
        where o.id = given.id`.execute(trx);
      converted += changed.length;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunk) break;
    after = last.id;
  }
  if (unfitting.count > 0) throw new UnfittingValues(unfitting);
  return converted;
}

function convertChunk(
  declaration: AttributeDeclaration,
  rows: readonly { readonly id: string; readonly value: AttributeValue }[],
) {
  const changed: { id: string; value: AttributeValue }[] = [];
  const refused: { id: string; why: string }[] = [];
  for (const { id, value } of rows) {
    const read = readAttributeValue(declaration, value ?? '');
    if (!read.ok) refused.push({ id, why: read.why });
    else if (read.value !== value) changed.push({ id, value: read.value });
  }
  return { changed, refused };
}
