import { sql } from 'kysely';
import type { AttributeDeclaration } from '../../domain/attribute.ts';
import type { Declarations, ImportPlan } from '../../domain/import-plan.ts';
import type { Database } from '../open.ts';

/** All attributes that are declared, whoever did it. */
export async function readDeclarations(db: Database): Promise<Declarations> {
  const rows = await db.selectFrom('attribute').select(['owner', 'name', 'type', 'choices']).execute();
  return new Map(
    rows.map(({ owner, name, type, choices }): [string, AttributeDeclaration] => [
      `${owner}.${name}`,
      { type, choices },
    ]),
  );
}

const plainText: AttributeDeclaration = { type: 'text', choices: null };

/**
 * Notes the attributes that nobody has declared as found at an import, so that filters know them: with the type that the source wants, else
 * as texts, which is what their values are. What somebody declared meanwhile stays.
 */
export async function declareFound(db: Database, { columns }: ImportPlan, by: string): Promise<void> {
  const found = columns.flatMap(({ target, declares, declaration, written }) =>
    target.of === 'attribute' && (declares !== null || declaration === null)
      ? [{ owner: target.owner, name: target.name, label: written, ...(declaration ?? plainText) }]
      : [],
  );
  for (const { owner, name, type, label, choices } of found)
    await sql`
      insert into attribute (owner, name, type, label, choices, found, created_by)
      values (${owner.of}, ${name}, ${type}, ${label}, ${choices === null ? null : [...choices]}, true, ${by})
      on conflict (owner, name) do nothing`.execute(db);
}
