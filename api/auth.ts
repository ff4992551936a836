import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { insertKey, readKeySecret } from '../db/api-keys.ts';
import type { Database } from '../db/open.ts';
import { roles, type Role } from '../domain/schema/key.ts';
import type { Caller } from './deps.ts';
import { Problem } from './problem.ts';

export type { Role };

const keyForm = /^slk_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

/** The caller behind an Authorization header. Throws the 401 that fits. */
export async function authenticate(db: Database, header: string | undefined): Promise<Caller> {
  const token = bearerOf(header);
  if (token === null)
    throw unauthorized(
      'keyMissing',
      'send the header "Authorization: Bearer KEY"; "sluice key create" makes a key',
    );
  const [, hex, secret] = keyForm.exec(token) ?? [];
  if (hex === undefined || secret === undefined)
    throw unauthorized('keyUnknown', 'a key has the form slk_…_…; check that it was copied as a whole');
  const found = await readKeySecret(db, withDashes(hex));
  // An unknown id is compared too, so that the time does not tell which half was wrong.
  const same = timingSafeEqual(hashSecret(secret), found?.secretSha256 ?? Buffer.alloc(32));
  if (found === null || !same || found.revoked)
    throw unauthorized('keyUnknown', 'the key is not known or was revoked; an admin can make a new one');
  return { keyId: found.id, name: found.name, role: found.role };
}

/** The key in an Authorization header (RFC 6750 2.1), or null. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}

/** Throws 403 unless the caller's role reaches `needed`. */
export function requireRole(caller: Caller, needed: Role): void {
  if (roles.indexOf(caller.role) >= roles.indexOf(needed)) return;
  const detail = `this needs the role ${needed}, the key "${caller.name}" has ${caller.role}; ask an admin for another key`;
  throw new Problem('roleTooLow', detail, { members: { needed, role: caller.role } });
}

/** Makes a key. The text is returned once and stored only as SHA-256. */
export async function createKey(
  db: Database,
  name: string,
  role: Role,
): Promise<{ id: string; key: string }> {
  const secret = randomBytes(32).toString('base64url');
  const id = await insertKey(db, { name, role, secretSha256: hashSecret(secret) });
  return { id, key: `slk_${id.replaceAll('-', '')}_${secret}` };
}

/** The secret has 256 random bits: a plain hash cannot be searched, a slow one would only slow down the caller. */
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function withDashes(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function unauthorized(type: 'keyMissing' | 'keyUnknown', detail: string): Problem {
  return new Problem(type, detail, { headers: { 'WWW-Authenticate': 'Bearer realm="sluice"' } });
}
