import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Why no mail server can be run privately here; null when it can. */
export function whyNoPrivateMachine(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root (a mail server changes to its own users)';
  try {
    execFileSync('unshare', ['--mount', '--pid', '--fork', 'true'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'needs the right to make a mount namespace (unshare)';
  }
}

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** The folder of one server, removed when it stops. Its parent lets other users pass. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sluice-${name}-`));
  execFileSync('chmod', ['755', folder]);
  return folder;
}

/**
 * Runs `script` (sh) as process 1 of its own process and mount namespace: the users that mail servers want exist only there,
 * /var/spool, /var/lib and /run are empty there, and when it is stopped everything that it started ends with it.
 * Resolves when `port` greets with 220; throws with its words when it does not within 20 seconds.
 */
export async function startServer(folder: string, port: number, script: string): Promise<RunningServer> {
  writeUsers(folder);
  const mounts = [
    `mount --bind ${folder}/passwd /etc/passwd`,
    `mount --bind ${folder}/group /etc/group`,
    // Names are looked up nowhere: a resolver that does not answer costs every server ten seconds at its start.
    `mount --bind ${folder}/resolv.conf /etc/resolv.conf`,
    ...['/var/spool', '/var/lib', '/run'].map((path) => `mount -t tmpfs none ${path}`),
  ];
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', `${mounts.join('\n')}\n${script}`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-4_000)));
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      // Process 1 of the namespace: the kernel ends all others with it. Killing unshare would leave it alive.
      process.kill(firstProcess(child), 'SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  if (await greets(child, port)) return { port, stop };
  await stop();
  throw new Error(`the mail server did not greet: ${words}`);
}

function firstProcess(child: ChildProcess): number {
  const pid = child.pid ?? 0;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? pid : Number(children.split(' ')[0]);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const users = ['postfix', 'Debian-exim', 'opensmtpd', 'opensmtpq', 'postdrop'];

function writeUsers(folder: string): void {
  const passwd = users.map(
    (name, i) => `${name}:x:${7_101 + i}:${7_101 + i}::/nonexistent:/usr/sbin/nologin\n`,
  );
  const group = users.map((name, i) => `${name}:x:${7_101 + i}:\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'passwd'), readFileSync('/etc/passwd', 'utf8') + passwd.join(''));
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  writeFileSync(join(folder, 'group'), readFileSync('/etc/group', 'utf8') + group.join(''));
}

async function greets(child: ChildProcess, port: number): Promise<boolean> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(50)) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    if (await greeting(port)) return true;
  }
  return false;
}

function greeting(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      resolve(chunk.toString().startsWith('220'));
      socket.end('QUIT\r\n');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(false));
  });
}
