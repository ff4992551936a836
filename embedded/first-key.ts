import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { insertKey, readKeySecret } from '../db/api-keys.ts';
import { openDatabase } from '../db/open.ts';

/**
 * Sees to it that `api-key` in the data folder holds an admin's key of this database, where the command line finds it.
 * A key that the database does not know (it was replaced) or that was revoked is followed by a new one.
 */
export async function ensureFirstKey(dataDir: string, databaseUrl: string): Promise<void> {
  const path = join(dataDir, 'api-key');
  const db = openDatabase(databaseUrl, { name: 'sluice up' });
  try {
    const [, hex, secret] = /^slk_([0-9a-f]{32})_(\S+)\s*$/.exec(readText(path)) ?? [];
    if (hex !== undefined && secret !== undefined) {
      const known = await readKeySecret(db, hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
      if (known !== null && !known.revoked && known.secretSha256.equals(sha256(secret))) return;
    }
    const fresh = randomBytes(32).toString('base64url');
    const id = await insertKey(db, { name: 'trial', role: 'admin', secretSha256: sha256(fresh) });
    writeFileSync(`${path}.next`, `slk_${id.replaceAll('-', '')}_${fresh}\n`, { mode: 0o600 });
    renameSync(`${path}.next`, path);
  } finally {
    await db.destroy();
  }
}

function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
