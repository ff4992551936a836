import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../cli/run.ts';
import { fakeSurroundings } from './fake-surroundings.ts';
import { scriptedApi, type Route } from './scripted-api.ts';

/** A command line against a scripted server; words may be quoted. The key file is where `sluice up` keeps it. */
export async function sluice(words: string, routes: Record<string, Route> = {}) {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const api = await scriptedApi(routes);
  const split = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const code = await run([...split, '--server', api.url], at);
  return { code, api, ...at.written };
}
