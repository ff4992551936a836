import type { Database } from './open.ts';

/** What response links are signed with: made by a migration, the same for ever and for every process. */
export async function readLinkSecret(db: Database): Promise<Buffer> {
  const { secret } = await db
    .selectFrom('signing_secret')
    .select('secret')
    .where('purpose', '=', 'responseLink')
    .executeTakeFirstOrThrow();
  return secret;
}
