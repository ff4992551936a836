import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApi, type Api } from './api.ts';
import { Failure, usage } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

export interface ServerOptions {
  readonly server?: string;
  readonly keyFile?: string;
}

/** The API that a command speaks to, with the key it was given. */
export function serverOf(options: ServerOptions, surroundings: Surroundings): Api {
  const key = findKey(options, surroundings);
  return openApi(findUrl(options, surroundings), key.key, key.hint);
}

export interface FoundKey {
  readonly key: string | null;
  readonly path: string;
  /** What to do when the key is missing or refused. */
  readonly hint: string;
}

/** The key in `--key-file`, else the one that `sluice up` keeps in `$SLUICE_DATA_DIR/api-key`. */
export function findKey({ keyFile }: ServerOptions, surroundings: Surroundings): FoundKey {
  const path =
    keyFile === undefined ? join(dataFolder(surroundings), 'api-key') : resolve(surroundings.folder, keyFile);
  const hint = `the key is read from ${path}; name another file with --key-file`;
  const text = readText(path);
  if (text === null && keyFile !== undefined) throw new Failure(2, `there is no readable key file ${path}`);
  const key = text?.trim() ?? '';
  if (/[^\x21-\x7e]/.test(key)) throw new Failure(2, `${path} is no key file: a key is one word`);
  return { key: key === '' ? null : key, path, hint };
}

/** `--server`, SLUICE_PUBLIC_URL, SLUICE_HTTP, what the running stack of this data folder says, or the default address. */
function findUrl({ server }: ServerOptions, surroundings: Surroundings): string {
  const { env } = surroundings;
  if (server !== undefined) return baseUrl(server, '--server');
  if (env['SLUICE_PUBLIC_URL']) return baseUrl(env['SLUICE_PUBLIC_URL'], 'SLUICE_PUBLIC_URL');
  if (env['SLUICE_HTTP']) return baseUrl(`http://${reachable(env['SLUICE_HTTP'])}`, 'SLUICE_HTTP');
  return runningStack(surroundings) ?? 'http://127.0.0.1:8080';
}

/** `SLUICE_DATA_DIR`, else `.sluice` in the folder of the program, where `sluice up` keeps it. */
export function dataFolder({ env, folder }: Surroundings): string {
  const given = env['SLUICE_DATA_DIR'];
  return given ? resolve(folder, given) : join(programFolder, '.sluice');
}

const programFolder = dirname(dirname(fileURLToPath(import.meta.url)));

function runningStack(surroundings: Surroundings): string | null {
  const text = readText(join(dataFolder(surroundings), 'stack.json'));
  if (text === null) return null;
  try {
    const stack: unknown = JSON.parse(text);
    const api = typeof stack === 'object' && stack !== null && 'api' in stack ? stack.api : null;
    return typeof api === 'string' ? baseUrl(api, 'stack.json') : null;
  } catch {
    // Half written by a stack that is starting or was killed: the default address is as good a guess.
    return null;
  }
}

/** A server that listens on every address is reached on this machine. */
function reachable(http: string): string {
  return http.replace(/^0\.0\.0\.0(?=:|$)/, '127.0.0.1').replace(/^(\[::\])(?=:|$)/, '[::1]');
}

function baseUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usage(`${source} must be an http or https address such as http://127.0.0.1:8080 (got ${text})`);
  return url.href.replace(/[?#].*$/, '').replace(/\/+$/, '');
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
