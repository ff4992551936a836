import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../embedded/until.ts';
import { librariesOf, programCache, unpackPackages } from './mta/packages.ts';

const run = promisify(execFile);

/** A real terminal: what is typed into it, and what a person would see on it. */
export interface Terminal {
  /** Text as if typed, letter by letter; no key names. */
  readonly type: (text: string) => Promise<void>;
  /** Text as if pasted, marked as such when the program asked for that. */
  readonly paste: (text: string) => Promise<void>;
  /** A key by its tmux name: Enter, Escape, BSpace, C-c. */
  readonly press: (key: string) => Promise<void>;
  /** The lines of the screen, without colours. */
  readonly screen: () => Promise<string>;
  /** The same with the colours as escape sequences. */
  readonly painted: () => Promise<string>;
  /** The screen, once it shows this; fails with what it shows instead. */
  readonly shows: (wanted: RegExp) => Promise<string>;
  /** What tmux knows of the terminal, such as `#{cursor_flag}`. */
  readonly ask: (format: string) => Promise<string>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where tmux is, or why there is none: the one of this machine, else Debian's package, unpacked and not installed. */
export async function findTmux(): Promise<Tmux | { readonly missing: string }> {
  const installed = await version('tmux', process.env);
  if (installed) return { program: 'tmux', env: process.env };
  try {
    const unpacked = await unpackPackages(await packagesOfTmux(), programCache);
    if ('missing' in unpacked) return unpacked;
    const program = join(unpacked.folder, 'usr', 'bin', 'tmux');
    const env = { ...process.env, LD_LIBRARY_PATH: librariesOf(unpacked.folder).join(':') };
    return (await version(program, env)) ? { program, env } : { missing: 'the unpacked tmux does not run' };
  } catch (error) {
    return { missing: `tmux is not installed, and its package cannot be had (${String(error)})` };
  }
}

export interface Tmux {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A terminal of this size with a shell in it, its tmux server a private one that ends with `stop`. */
export async function openTerminal(tmux: Tmux, columns: number, rows: number): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tmux-'));
  const socket = join(folder, 'socket');
  const env = { ...tmux.env, LC_ALL: 'C.UTF-8', PS1: '$ ' };
  const command = async (...words: string[]): Promise<string> => {
    const { stdout } = await run(tmux.program, ['-u', '-S', socket, '-f', '/dev/null', ...words], { env });
    return stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await command('new-session', '-d', ...size, 'env -u LD_LIBRARY_PATH -u TMUX sh');
  const screen = (): Promise<string> => command('capture-pane', '-p');
  return {
    type: async (text) => void (await command('send-keys', '-l', '--', text)),
    paste: async (text) => {
      await command('set-buffer', '--', text);
      await command('paste-buffer', '-p');
    },
    press: async (key) => void (await command('send-keys', key)),
    screen,
    painted: () => command('capture-pane', '-p', '-e'),
    shows: async (wanted) => {
      let last = '';
      return await until(
        async () => {
          last = await screen();
          return wanted.test(last) && last;
        },
        20_000,
        () => `the screen never showed ${String(wanted)}:\n${last}`,
        50,
      );
    },
    ask: async (format) => (await command('display-message', '-p', format)).trim(),
    resize: async (width, height) =>
      void (await command('resize-window', '-x', String(width), '-y', String(height))),
    stop: async () => {
      await command('kill-server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** With the libraries that it needs, whatever they are called in this release; the C library is there. */
async function packagesOfTmux(): Promise<string[]> {
  const { stdout } = await run('apt-cache', ['depends', 'tmux'], { timeout: 20_000 });
  const needed = [...stdout.matchAll(/^\s+Depends: ([a-z0-9.+-]+)$/gm)].map(([, name = '']) => name);
  return ['tmux', ...needed.filter((name) => name !== 'libc6')];
}

async function version(program: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run(program, ['-V'], { env });
    return true;
  } catch {
    return false;
  }
}
