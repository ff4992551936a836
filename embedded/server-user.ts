import { readFileSync } from 'node:fs';

/** The ordinary user under whom a server is started when we are root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root and its initdb insists on a user that the system knows: under root we
 * take `nobody`. Undefined means: start it as ourselves.
 */
export function serverUser(): ServerUser | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(
      'PostgreSQL does not run as root and the system has no user "nobody" to run it; ' +
        'start Sluice as an ordinary user or set DATABASE_URL',
    );
  }
  // macOS writes nobody as -2.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}
