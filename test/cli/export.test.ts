import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { fakeSurroundings } from './fake-surroundings.ts';
import { scriptedApi } from './scripted-api.ts';

test('an export that breaks off leaves no file, and not a part of one over what was there', async () => {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  writeFileSync(join(at.folder, 'people.csv'), 'of yesterday');
  const { url } = await scriptedApi({
    'GET /v1/contact-exports': (_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write('email\r\nada@example.com\r\n', () => response.destroy());
      return undefined;
    },
  });
  expect(await run(['contacts', 'export', 'people.csv', '--server', url], at)).toBe(1);
  expect(at.written.err).toMatch(/broke off \(.*\) and nothing was kept; run it again/);
  expect(readdirSync(at.folder).sort()).toEqual(['api-key', 'people.csv']);
});
