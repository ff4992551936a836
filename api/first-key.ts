import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasAdminKey } from '../db/api-keys.ts';
import type { Database } from '../db/open.ts';
import { createKey } from './auth.ts';

/**
 * Without an admin's key nobody could make one: the first is put into the data folder, readable for its owner alone.
 * Returns the path of the file, null when there is an admin's key already.
 */
export async function ensureFirstKey(db: Database, dataDir: string): Promise<string | null> {
  if (await hasAdminKey(db)) return null;
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'api-key');
  const { key } = await createKey(db, 'first', 'admin');
  await writeFile(path, `${key}\n`, { mode: 0o600 });
  return path;
}
