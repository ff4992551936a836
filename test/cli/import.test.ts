import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { workbook } from '../support/workbook.ts';
import { fakeSurroundings } from './fake-surroundings.ts';
import { problem } from './scripted-api.ts';
import { sluice } from './sluice.ts';

const id = '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
const done = {
  id,
  kind: 'contacts',
  source: null,
  sheet: null,
  state: 'done',
  read: 1_500,
  created: 1_000,
  updated: 475,
  unchanged: 400,
  rejected: 25,
  failure: null,
  startedBy: 'anna',
  startedAt: '2026-12-01T07:00:00Z',
  finishedAt: '2026-12-01T07:00:09Z',
};
const rejects = {
  items: Array.from({ length: 20 }, (_, i) => ({
    line: i + 2,
    column: 'E-Mail',
    reason: 'an address is required',
  })),
  next: 'x',
};
const mapping = {
  columns: [
    { column: 'E-Mail', to: 'contact.email' },
    { column: 'Art', to: 'contact.attributes.art', type: 'choice', choices: ['A', 'B'] },
  ],
  others: 'refuse',
};
const source = {
  id,
  name: 'CRM & co',
  kind: 'contacts',
  recordKind: null,
  mapping,
  createdBy: 'anna',
  createdAt: '2026-12-01T07:00:00Z',
  updatedAt: '2026-12-01T07:00:00Z',
};
const previewed = {
  kind: 'contacts',
  recordKind: null,
  format: 'XLSX, sheet "People"',
  sheet: 'People',
  sheets: ['People', 'Old'],
  columns: [
    {
      column: 'E-Mail',
      to: 'contact.email',
      by: 'name',
      filled: 3,
      seems: 'email',
      examples: ['a@example.com'],
    },
    { column: 'Art', to: 'contact.attributes.art', by: 'otherwise', filled: 0, seems: 'text', examples: [] },
  ],
  mapping,
  fault: null,
  complete: true,
  read: 3,
  created: 1,
  updated: 1,
  rejected: 1,
  first: [{ line: 2, values: { 'contact.email': 'a@example.com', 'contact.attributes.art': null } }],
  faults: [{ line: 4, column: 'E-Mail', reason: '"x": an address is written as name@domain' }],
};

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-import-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function csvFile(): string {
  const path = join(folder(), 'people.csv');
  writeFileSync(path, 'E-Mail\na@example.com\n');
  return path;
}

test('an import says its counts, its first faults, and how to get all of them', async () => {
  const path = csvFile();
  const { code, out, api } = await sluice(`contacts import ${path} --source "CRM & co"`, {
    'POST /v1/contact-imports': { status: 201, body: done },
    [`GET /v1/contact-imports/${id}/rejects`]: { body: rejects },
  });
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toBe(
    '1,500 rows read: 1,000 new, 475 updated (400 of them unchanged), 25 refused',
  );
  expect(out).toContain('  line 2, E-Mail: an address is required\n');
  expect(out).toContain(`  … all of them as a file to mend: sluice import rejects ${id} --out refused.csv\n`);
  const [sent] = api.seen;
  expect(sent?.headers['content-type']).toBe('text/csv');
  expect(sent?.query.get('source')).toBe('CRM & co');
  expect(sent?.body).toBe(readFileSync(path, 'utf8'));
});

test('a workbook is known by what it is, whatever its name', async () => {
  const path = join(folder(), 'people.csv');
  writeFileSync(path, await workbook([{ name: 'People', rows: [['email'], ['a@example.com']] }]));
  const { code, api } = await sluice(`contacts import ${path} --sheet People`, {
    'POST /v1/contact-imports': { status: 201, body: { ...done, rejected: 0 } },
  });
  expect(code).toBe(0);
  expect(api.seen[0]?.headers['content-type']).toBe(
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  );
  expect(api.seen[0]?.query.get('sheet')).toBe('People');
});

test('a preview shows what columns mean, the rows as they would be, and other sheets; --save keeps the mapping', async () => {
  const path = csvFile();
  const { code, out, api } = await sluice(`import preview ${path} --save "CRM & co"`, {
    'POST /v1/import-previews': { body: previewed },
    'PUT /v1/import-sources/CRM%20%26%20co': { body: source },
  });
  expect(code).toBe(0);
  expect(out).toContain('Other sheets, not read: Old\n');
  expect(out).toMatch(/E-Mail +contact\.email +its name +email +3 +a@example\.com\n/);
  expect(out).toMatch(/Art +contact\.attributes\.art +an attribute +— +0\n/);
  expect(out).toContain(
    '3 rows: 1 would be new, 1 updated, 1 refused\n  line 2 becomes contact.email = a@example.com\n',
  );
  expect(out).toContain('  line 4, E-Mail: "x": an address is written as name@domain\n');
  expect(out).toContain("sluice contacts import FILE --source 'CRM & co'");
  expect(JSON.parse(api.seen[1]?.body ?? '')).toEqual({ kind: 'contacts', mapping });
});

test('a preview that cannot work says why and keeps nothing', async () => {
  const { code, out, err, api } = await sluice(`import preview ${csvFile()} --save x`, {
    'POST /v1/import-previews': { body: { ...previewed, fault: 'no column means contact.email' } },
  });
  expect(code).toBe(2);
  expect(out).toContain('No row could be imported: no column means contact.email');
  expect(err).toContain('nothing is kept');
  expect(api.seen).toHaveLength(1);
});

test('sources are listed, shown, saved from what "show" printed, and removed', async () => {
  const path = 'GET /v1/import-sources/CRM%20%26%20co';
  expect(
    (
      await sluice('import source list', {
        'GET /v1/import-sources': { body: { items: [source], next: null } },
      })
    ).out,
  ).toMatch(/CRM & co +contacts +2 /);
  const shown = await sluice('import source show "CRM & co"', { [path]: { body: source } });
  expect(shown.out).toMatch(/Art +contact\.attributes\.art +A \| B\n/);
  const file = join(folder(), 'crm.json');
  writeFileSync(
    file,
    (await sluice('import source show "CRM & co" --json', { [path]: { body: source } })).out,
  );
  const saved = await sluice(`import source save "CRM & co" ${file}`, {
    'PUT /v1/import-sources/CRM%20%26%20co': { body: source },
  });
  expect(JSON.parse(saved.api.seen[0]?.body ?? '')).toEqual({ kind: 'contacts', mapping });
  expect(saved.out).toBe('Kept: 2 columns of CRM & co\n');
  writeFileSync(file, 'no json');
  expect(await sluice(`import source save x ${file}`)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is no JSON'),
  });
  expect(
    await sluice('import source remove gone', {
      'DELETE /v1/import-sources/gone': problem(404, 'there is no import source "gone"'),
    }),
  ).toMatchObject({
    code: 4,
  });
});

test('imports are listed, so that one whose answer got lost is found again', async () => {
  const { out } = await sluice('import list', {
    'GET /v1/contact-imports': { body: { items: [{ ...done, source: 'CRM & co' }], next: 'abc' } },
  });
  expect(out).toMatch(/done +CRM & co +1,500 +1,000 +475 +25\nmore: --cursor abc\n/);
});

test('a file that is refused while it is still being sent is answered with the reason', async () => {
  const path = join(folder(), 'large.csv');
  writeFileSync(path, Buffer.alloc(30_000_000, 'x'));
  const server = createServer((request, response) => {
    request.once('data', () => {
      response.writeHead(422, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({ type: '/problems/file-refused', title: 't', status: 422, detail: 'no header' }),
      );
      request.pause();
      // As api/json-body.ts leaves a body unread.
      setTimeout(() => request.socket.destroy(), 1_000).unref();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const at = fakeSurroundings();
  expect(await run(['contacts', 'import', path, '--server', `http://127.0.0.1:${port}`], at)).toBe(3);
  expect(at.written.err).toContain('no header');
});

test('refused rows are written into a file, never over one', async () => {
  const out = join(folder(), 'refused.csv');
  const csv = '\uFEFFemail,sluice_line\r\nx,2\r\n';
  const routes = {
    [`GET /v1/contact-imports/${id}`]: { body: done },
    [`GET /v1/contact-imports/${id}/rejects`]: { body: csv, type: 'text/csv' },
  };
  const first = await sluice(`import rejects ${id} --out ${out}`, routes);
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining(`25 refused rows in ${out}`) });
  expect(readFileSync(out, 'utf8')).toBe(csv);
  expect(await sluice(`import rejects ${id} --out ${out}`, routes)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is there already'),
  });
  expect((await sluice(`import rejects ${id}`, routes)).out).toBe(csv);
});
