import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasAdminKey } from '../db/api-keys.ts';
import type { Database } from '../db/open.ts';
import { createKey } from './auth.ts';

/**
 * Without an admin's key nobody could make one: the first is put into the data folder, readable for its owner alone.
 * Returns the path of the file, null when there is an admin's key already.
 *
 * A key that is in force and that nobody knows would lock everybody out for ever: it is on the disk before it is in force,
 * and gets its name when it is. Whoever finds the file finds a whole key that works.
 */
export async function ensureFirstKey(db: Database, dataDir: string): Promise<string | null> {
  const path = join(dataDir, 'api-key');
  const next = `${path}.next`;
  if (!(await hasAdminKey(db))) {
    await mkdir(dataDir, { recursive: true });
    await db.transaction().execute(async (trx) => {
      const { key } = await createKey(trx, 'first', 'admin');
      await writeFile(next, `${key}\n`, { mode: 0o600 });
    });
  } else if (existsSync(path) || !existsSync(next)) return null;
  // Also for one that was killed just here.
  await rename(next, path);
  return path;
}
