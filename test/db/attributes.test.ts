import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { declareAttribute, holdDeclarations } from '../../db/attributes.ts';
import { addContacts, useDatabase } from '../support/campaigns.ts';

const world = useDatabase();

test('a declaration waits for values that are being written, so that none of the old type gets in behind it', async () => {
  await addContacts(world.db, 2);
  const wanted = { owner: 'contact', name: 'floor', type: 'number', label: null, choices: null } as const;
  const declaration = { isSettled: false };
  const { declaring } = await world.db.transaction().execute(async (trx) => {
    expect((await holdDeclarations(trx, 'contact')).size).toBe(0);
    await sql`update contact set attributes = '{"floor": "3"}'`.execute(trx);
    const declaring = declareAttribute(world.db, wanted, 'test').finally(
      () => (declaration.isSettled = true),
    );
    while (!declaration.isSettled && !(await someoneWaits()));
    return { declaring };
  });
  expect(await declaring).toMatchObject({ ok: true, converted: 2 });
  const rows = await world.db.selectFrom('contact').select('attributes').execute();
  expect(rows.map(({ attributes }) => attributes)).toEqual([{ floor: 3 }, { floor: 3 }]);
});

async function someoneWaits(): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`.execute(world.db);
  return rows.length > 0;
}
