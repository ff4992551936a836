import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { fakeSurroundings } from '../cli/fake-surroundings.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { readSheet, unzip } from '../support/read-xlsx.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

/** A command line against the real API; words may be quoted. */
async function sluice(words: string, expected = 0) {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'api-key'), api.keys.admin, { mode: 0o600 });
  const split = [...words.matchAll(/((?:[^\s"]|"[^"]*")+)/g)].map(([word]) => word.replaceAll('"', ''));
  const code = await run([...split, '--server', api.url], at);
  expect(code, `${words}\n${at.written.out}${at.written.err}`).toBe(expected);
  return { ...at.written, folder: at.folder };
}

it('customers, agents and people are made, shown, changed and removed', async () => {
  await sluice(
    'agent add "Paola Rossi" --email rossi@example.com --phone "+39 02 1234" --attribute room=4.12',
  );
  expect((await sluice('agent show "paola rossi"')).out).toMatch(/phone +\+39 02 1234[^]*room +4\.12/);
  await sluice('customer add "Nordwind GmbH" --external-id K-17 --attribute agent="Paola Rossi" category=A');
  await sluice('agent edit "Paola Rossi" --name "Paola Bianchi" --phone ""');
  expect((await sluice('agent list')).out).toMatch(/Paola Bianchi +rossi@example\.com\n/);
  const { out } = await sluice('customer list --search K-17');
  expect(out).toMatch(/Nordwind GmbH +K-17 +Paola Bianchi +[0-9a-f-]{36}/);
  await sluice(
    'contacts add Ada@example.com --first-name Ada --customer "Nordwind GmbH" --newsletter yes --attribute room=4.12',
  );
  expect((await sluice('contacts add ada@EXAMPLE.com', 3)).err).toContain('has this address already');
  await sluice('contacts edit ada@example.com --external-id P-1 --language de --attribute room= --title Dr.');
  const shown = (await sluice('contacts show ada@example.com')).out;
  expect(shown).toMatch(/name +Dr\. Ada\n[^]*language +de\nnewsletter +yes\ncustomer +Nordwind GmbH\n/);
  expect(shown).not.toContain('room');
  expect((await sluice('customer show K-17')).out).toMatch(/category +A\n1 contact\n  Ada@example\.com\n$/);
  await sluice('customer edit "nordwind gmbh" --name "Nordwind AG" --external-id "" --attribute category=B');
  expect(JSON.parse((await sluice('customer show "Nordwind AG" --json')).out)).toMatchObject({
    externalId: null,
    attributes: { category: 'B' },
  });
  expect((await sluice('customer remove "Nordwind AG"', 3)).err).toContain('has 1 contacts');
  expect((await sluice('agent remove "Paola Bianchi"', 3)).err).toContain('1 customers name agent');
  await sluice('customer add Empty');
  await sluice('customer remove Empty');
  await sluice('agent add Nobody');
  await sluice('agent remove Nobody');
  for (const words of ['customer show Empty', 'agent show Nobody', 'contacts show x@example.com'])
    await sluice(words, 4);
});

it('records are put, found and linked', async () => {
  await sluice('customer add Werft');
  await sluice('contacts add ben@example.com');
  await sluice(
    'record put order 4711 --title "Order 4711" --link https://shop.example.com/4711 --attribute total=12',
  );
  const draft = (await api.call('POST', '/v1/campaigns', campaignBody())).body as { id: string };
  for (const end of ['--contact ben@example.com', '--customer werft', `--campaign ${draft.id}`])
    await sluice(`record link order 4711 ${end}`);
  const { out } = await sluice('record show order 4711');
  expect(out).toMatch(/title +Order 4711\nlink +https:\/\/shop[^]*total +12\n/);
  expect(out.match(/^linked with (contact|customer|campaign) /gm)).toHaveLength(3);
  expect((await sluice('contacts show ben@example.com')).out).toContain('record order 4711: Order 4711');
  expect((await sluice('customer show Werft')).out).toContain('record order 4711: Order 4711');
  await sluice('record unlink order 4711 --customer Werft');
  expect((await sluice('customer show Werft')).out).not.toContain('record');
  expect((await sluice('record list --kind order --search order')).out).toMatch(/order +4711 +Order 4711/);
  await sluice('record link order 4711', 2);
  await sluice('record put order 1', 2);
  expect((await sluice('record put Order 1 --title x', 3)).err).toContain('a kind is one word');
  await sluice('record remove order 4711');
  await sluice('record show order 4711', 4);
});

it('attributes are declared with their type', async () => {
  await sluice('contacts add cy@example.com --attribute grade=b');
  const declared = await sluice('attribute declare contact grade --type choice --choices A B --label Grade');
  expect(declared.out).toBe('contact grade is choice; 1 value converted\n');
  expect((await sluice('attribute list --owner contact')).out).toMatch(/contact +grade +choice +A, B +Grade/);
  expect((await sluice('contacts edit cy@example.com --attribute grade=C', 3)).err).toContain(
    'none of the choices',
  );
  expect((await sluice('attribute declare contact grade --type date', 3)).err).toContain(
    'nothing was changed',
  );
  expect((await sluice('attribute remove contact grade', 3)).err).toContain('have a value');
  await sluice('contacts edit cy@example.com --attribute grade=');
  await sluice('attribute remove contact grade');
  await sluice('attribute declare campaign x --type text', 2);
  await sluice('contacts edit cy@example.com --attribute grade', 2);
});

it('contacts are exported into a file that is there only when it is whole', async () => {
  await sluice('contacts add di@example.com --first-name =1+1');
  const csv = await sluice('contacts export people.csv --search di@ --delimiter semicolon --bom');
  const text = readFileSync(join(csv.folder, 'people.csv'), 'utf8');
  expect(text).toMatch(/^\uFEFFexternal_id;email;[^]*;di@example\.com;'=1\+1;/);
  const xlsx = await sluice('contacts export people.xlsx --json');
  const bytes = readFileSync(join(xlsx.folder, 'people.xlsx'));
  expect(JSON.parse(xlsx.out)).toEqual({ file: 'people.xlsx', bytes: bytes.length });
  expect(readSheet(unzip(bytes)).get('B1')?.text).toBe('email');
  await sluice('contacts export people', 2);
  const refused = await sluice('contacts export people.xlsx --bom', 3);
  expect(existsSync(join(refused.folder, 'people.xlsx'))).toBe(false);
});

it('every command of docs/people.md works as written, from top to bottom', async () => {
  const page = readFileSync(new URL('../../docs/people.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block);
  const commands = blocks.flatMap((block) => block.match(/(?<=^npx sluice ).*$/gm) ?? []);
  expect(commands.length).toBeGreaterThan(20);
  for (const command of commands) await sluice(command);
  const anna = (await sluice('contacts show anna.berg@example.com')).out;
  expect(anna).toMatch(/since +2024-12-01\n[^]*record property OBJ-4711: Flat in Via Roma 12/);
});
