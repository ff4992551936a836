import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { userCacheDir } from '../../embedded/cache-dir.ts';

/** Another make of DKIM: dkimpy from the system, or installed once for this user. */
const library = join(userCacheDir(), 'test-dkimpy');
const environment = { ...process.env, PYTHONPATH: library };

/** False where there is none and none can be installed. */
export function findVerifier(): boolean {
  const there = () => spawnSync('python3', ['-c', 'import dkim, nacl'], { env: environment }).status === 0;
  if (there()) return true;
  if (existsSync(library)) return false;
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--target',
    library,
    'dkimpy==1.1.8',
    'dnspython',
    'pynacl',
  ];
  return spawnSync('python3', install, { timeout: 60_000 }).status === 0 && there();
}

const program = `
import sys, json, dkim
request = json.load(sys.stdin)
message = bytes(request["message"], "latin-1")
def look_up(name, timeout=5):
    asked = name.decode().rstrip(".")
    return request["record"].encode() if request["name"] in ("", asked) else None
print(dkim.verify(message, dnsfunc=look_up))
`;

/** Whether the signature holds when the DNS answers `record`, under `name` or (when left out) under whatever name is asked for. */
export function verifyDkim(message: string, record: string, name = ''): boolean {
  const input = JSON.stringify({ message, record, name });
  return (
    execFileSync('python3', ['-c', program], { env: environment, input, encoding: 'utf8' }).trim() === 'True'
  );
}
