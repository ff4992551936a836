import { sql } from 'kysely';
import type { AttributeValue } from '../domain/recipient.ts';
import type { Database } from './open.ts';
import { refuseTaken, typedAttributes } from './refused-write.ts';

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly attributes: Record<string, AttributeValue>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is undefined stays. In `attributes` only the named ones change, null removes. */
export interface AgentChange {
  readonly name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

/** Makes an agent. Throws RefusedWrite. */
export async function insertAgent(
  db: Database,
  { name, email, phone, attributes }: AgentChange & { readonly name: string },
): Promise<Agent> {
  return refuseTaken(db, { name }, async () => {
    const { rows } = await sql<{ id: string }>`
      insert into agent (name, email, phone, attributes)
      values (${name}, ${email ?? null}, ${phone ?? null}, jsonb_strip_nulls(${JSON.stringify(attributes ?? {})}::jsonb))
      returning id`.execute(db);
    return selectAgents(db)
      .where('id', '=', rows[0]?.id ?? '')
      .executeTakeFirstOrThrow();
  });
}

/** Changes an agent; a new name goes to the customers that name the old one, too. Null when there is none. Throws RefusedWrite. */
export async function updateAgent(db: Database, id: string, change: AgentChange): Promise<Agent | null> {
  const { name, email, phone, attributes } = change;
  return refuseTaken(db, { name }, async () =>
    db.transaction().execute(async (trx) => {
      const before = await selectAgents(trx).where('id', '=', id).forUpdate().executeTakeFirst();
      if (before === undefined) return null;
      await sql`
        update agent set ${sql.join([
          ...(name === undefined ? [] : [sql`name = ${name}`]),
          ...(email === undefined ? [] : [sql`email = ${email}`]),
          ...(phone === undefined ? [] : [sql`phone = ${phone}`]),
          ...(attributes === undefined
            ? []
            : [sql`attributes = jsonb_strip_nulls(attributes || ${JSON.stringify(attributes)}::jsonb)`]),
          sql`updated_at = now()`,
        ])} where id = ${id}`.execute(trx);
      if (name !== undefined && name !== before.name) await renameInCustomers(trx, before.name, name);
      return readAgent(trx, id);
    }),
  );
}

export async function readAgent(db: Database, id: string): Promise<Agent | null> {
  return (await selectAgents(db).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** In the order of their names, after the given one. */
export async function listAgents(db: Database, after: string | null, limit: number): Promise<Agent[]> {
  const query = selectAgents(db).orderBy('name').limit(limit);
  return (after === null ? query : query.where('name', '>', after)).execute();
}

/** Removes an agent whom no customer names; otherwise answers how many do. Null: there is none. */
export async function deleteAgent(db: Database, id: string): Promise<number | null> {
  return db.transaction().execute(async (trx) => {
    const agent = await selectAgents(trx).where('id', '=', id).forUpdate().executeTakeFirst();
    if (agent === undefined) return null;
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from customer where attributes ? 'agent' and attributes ->> 'agent' = ${agent.name}`.execute(
      trx,
    );
    const customers = rows[0]?.n ?? 0;
    if (customers === 0) await trx.deleteFrom('agent').where('id', '=', id).execute();
    return customers;
  });
}

async function renameInCustomers(trx: Database, before: string, after: string): Promise<void> {
  const { agent } = await typedAttributes(trx, 'customer', { agent: after });
  await sql`
    update customer set attributes = jsonb_set(attributes, '{agent}', ${JSON.stringify(agent)}::jsonb), updated_at = now()
    where attributes ? 'agent' and attributes ->> 'agent' = ${before}`.execute(trx);
}

function selectAgents(db: Database) {
  return db
    .selectFrom('agent')
    .select([
      'id',
      'name',
      'email',
      'phone',
      'attributes',
      'created_at as createdAt',
      'updated_at as updatedAt',
    ]);
}
