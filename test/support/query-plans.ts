import { sql } from 'kysely';
import { Client } from 'pg';
import type { Database } from '../../db/open.ts';

/** The plans of every statement that `work` sends, as PostgreSQL itself logs them for this connection (auto_explain): `db` has one. */
export async function plansOf(db: Database, work: () => Promise<unknown>): Promise<string> {
  const notices: string[] = [];
  await sql`load 'auto_explain'`.execute(db);
  for (const setting of ['log_min_duration = 0', 'log_level = notice', 'log_nested_statements = on'])
    await sql.raw(`set auto_explain.${setting}`).execute(db);
  await sql`set client_min_messages = notice`.execute(db);
  const listen = (notice: { message?: string | undefined }): void => void notices.push(notice.message ?? '');
  const query = Client.prototype.query;
  const heard = new Set<Client>();
  Client.prototype.query = function (this: Client, ...args: Parameters<typeof query>) {
    if (!heard.has(this)) this.on('notice', listen);
    heard.add(this);
    return query.apply(this, args);
  } as typeof query;
  try {
    await work();
  } finally {
    Client.prototype.query = query;
    for (const client of heard) client.off('notice', listen);
    await sql`set auto_explain.log_min_duration = -1`.execute(db);
  }
  return notices.join('\n');
}
