import { accessSync, constants, statSync } from 'node:fs';
import type { DocumentFault, List } from './answers.ts';
import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { plural } from './numbers.ts';
import { dataFolder, findKey, type ServerOptions } from './server.ts';
import type { Surroundings } from './surroundings.ts';
import { clean } from './terminal-text.ts';

/** One thing that was looked at. `wrong` needs an act, `note` is worth knowing. */
export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'note' | 'wrong';
  readonly evidence: string;
  readonly wayOut: string | null;
}

/** Looks at everything that a command of Sluice depends on, from this machine to the parts behind the server. */
export async function diagnose(
  api: Api,
  options: ServerOptions,
  surroundings: Surroundings,
): Promise<Finding[]> {
  const local = [
    nodeVersion(process.versions.node),
    dataFinding(surroundings),
    keyFile(options, surroundings),
  ];
  const server = await reach(api);
  if (server.response === null) return [...local, server.finding];
  return [
    ...local,
    server.finding,
    clockFinding(server.response, surroundings.now()),
    ...(await ready(api)),
    ...(await keyFindings(api)),
    ...(await folderFindings(api)),
  ];
}

/** Node 20.19 is the oldest that package.json allows. */
function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  return old
    ? wrong('node', `version ${version}`, 'install Node 20.19 or newer')
    : ok('node', `version ${version}`);
}

function dataFinding(surroundings: Surroundings): Finding {
  const folder = dataFolder(surroundings);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined)
    return note(
      'data folder',
      `${folder} does not exist yet`,
      'npm start makes it; for a server elsewhere it is not needed',
    );
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok('data folder', folder);
  } catch {
    return wrong(
      'data folder',
      `${folder} may not be read and written by you`,
      'change its owner, or set SLUICE_DATA_DIR',
    );
  }
}

function keyFile(options: ServerOptions, surroundings: Surroundings): Finding {
  const { key, path } = findKey(options, surroundings);
  if (key === null)
    return wrong(
      'key file',
      `no key in ${path}`,
      'start Sluice once (npm start), or name a file with --key-file',
    );
  const others = (statSync(path).mode & 0o077) !== 0 && process.platform !== 'win32';
  return others
    ? note('key file', `${path} can be read by others`, `chmod 600 ${path}`)
    : ok('key file', path);
}

async function reach(api: Api): Promise<{ response: Response | null; finding: Finding }> {
  try {
    const response = await api.raw('/healthz', { signal: AbortSignal.timeout(5_000) });
    await response.text();
    if (response.ok) return { response, finding: ok('server', api.url) };
    return {
      response,
      finding: wrong(
        'server',
        `${api.url}/healthz answers ${response.status}`,
        'is this a Sluice server? see --server',
      ),
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [fact = '', wayOut = ''] = error.message.split('\n');
    return { response: null, finding: wrong('server', fact, wayOut) };
  }
}

/** Keys, schedules and histories are read by people: a clock that is off by seconds misleads them. */
function clockFinding(response: Response, now: Date): Finding {
  const server = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(server)) return note('clock', 'the server does not tell its time', null);
  // The header has whole seconds.
  const offSeconds = Math.round(Math.abs(server + 500 - now.getTime()) / 1000);
  return offSeconds <= 3
    ? ok('clock', 'this machine and the server agree')
    : wrong(
        'clock',
        `this machine and the server differ by ${offSeconds} s`,
        'let both follow a time server (NTP)',
      );
}

async function ready(api: Api): Promise<Finding[]> {
  const response = await api.raw('/readyz', { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (response.ok) return [ok('parts', 'database, its schema and Temporal are there')];
  const missing = missingIn(text);
  return missing.map((each) =>
    wrong(
      'parts',
      clean(each),
      'npm start starts a part again that died; its log in the data folder says why',
    ),
  );
}

async function keyFindings(api: Api): Promise<Finding[]> {
  const gate = await api.raw('/v1/main-gate', { signal: AbortSignal.timeout(10_000) });
  const body = await gate.text();
  if (gate.status === 401)
    return [
      wrong(
        'key',
        'the server does not know this key',
        'take another file with --key-file, or have an admin make one: sluice key create',
      ),
    ];
  if (!gate.ok) return [wrong('key', `the server answers ${gate.status}`, clean(body).slice(0, 300))];
  const keys = await api.raw('/v1/keys', { signal: AbortSignal.timeout(10_000) });
  await keys.text();
  const role = keys.ok ? 'admin' : 'no admin: keys and the main gate are not for it';
  const open = !/"open":\s*false/.test(body);
  return [
    ok('key', `accepted (${role})`),
    open
      ? ok('main gate', 'open')
      : note('main gate', 'closed: no mail of any campaign leaves', 'sluice gate open'),
  ];
}

/** The folder of documents: not there at all is wrong; files in it that are no documents are worth knowing. */
async function folderFindings(api: Api): Promise<Finding[]> {
  const response = await api.raw('/v1/document-faults?limit=500', { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) return [];
  // The list that API.md promises for this path.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { items } = JSON.parse(text) as List<DocumentFault>;
  const whole = items.find(({ path }) => path === '.');
  if (whole !== undefined)
    return [
      wrong('documents folder', clean(whole.reason), 'documents that are known can be sent all the same'),
    ];
  return items.length === 0
    ? []
    : [
        note(
          'documents folder',
          plural(items.length, 'file is no document', 'files are no documents'),
          'sluice document faults',
        ),
      ];
}

/** `{ready: false, missing: ["…"]}`; what cannot be read is told as it is. */
function missingIn(text: string): string[] {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'missing' in body && Array.isArray(body.missing))
      return body.missing.map(String);
  } catch {
    // told as it is
  }
  return [text.slice(0, 300)];
}

function ok(check: string, evidence: string): Finding {
  return { check, verdict: 'ok', evidence, wayOut: null };
}
function note(check: string, evidence: string, wayOut: string | null): Finding {
  return { check, verdict: 'note', evidence, wayOut };
}
function wrong(check: string, evidence: string, wayOut: string): Finding {
  return { check, verdict: 'wrong', evidence, wayOut };
}
