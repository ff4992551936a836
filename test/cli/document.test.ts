import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { problem, type Route } from './scripted-api.ts';
import { sluice } from './sluice.ts';

function documentOf(title: string, version = 1, change: object = {}) {
  return {
    id: `0c8f2b58-9a53-4c0c-a4a2-${String(version).padStart(2, '0')}${Buffer.from(title.padEnd(5)).toString('hex').slice(0, 10)}`,
    title,
    version,
    name: title.split('/').at(-1),
    type: 'application/pdf',
    size: 1_234_567,
    sha256: 'ab'.repeat(32),
    origin: 'folder',
    path: title,
    addedAt: '2026-11-01T07:00:00Z',
    addedBy: 'folder',
    removedAt: null,
    removedBy: null,
    ...change,
  };
}
const removed = { removedAt: '2026-11-20T07:00:00Z', removedBy: 'anna' };
const listOf = (...items: object[]): Route => ({ body: { items, next: null } });
const price = documentOf('Price list.pdf', 2);
const old = documentOf('Price list.pdf', 1, removed);

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-document-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('sluice document', () => {
  it('lists what can be sent, with --removed everything', async () => {
    const { out, api } = await sluice('document list --search price', { 'GET /v1/documents': listOf(price) });
    expect(out).toMatch(/ID +TITLE +VERSION +BYTES +FROM +ADDED\n.*Price list\.pdf +2 +1,234,567 +folder/);
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toMatchObject({ q: 'price' });
    const all = await sluice('document list --removed', { 'GET /v1/documents': listOf(price, old) });
    expect(all.api.seen[0]?.query.get('removed')).toBe('any');
    expect(all.out).toContain('by anna at 2026-11-20T07:00:00Z');
  });

  it('adds a file under its name or another one', async () => {
    const file = join(temporaryFolder(), 'a.pdf');
    writeFileSync(file, '%PDF-');
    const route = { 'POST /v1/documents': { status: 201, body: price } };
    const { code, out, api } = await sluice(`document add ${file}`, route);
    expect({ code, name: api.seen[0]?.query.get('name'), body: api.seen[0]?.body }).toEqual({
      code: 0,
      name: 'a.pdf',
      body: '%PDF-',
    });
    expect(out).toContain('Price list.pdf, version 2: Price list.pdf, application/pdf, 1,234,567 bytes');
    const renamed = await sluice(`document add ${file} --name "Price list.pdf"`, route);
    expect(renamed.api.seen[0]?.query.get('name')).toBe('Price list.pdf');
    const refused = await sluice(`document add ${file}`, {
      'POST /v1/documents': problem(422, '"a.pdf" is a Windows program by its content'),
    });
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('is a Windows program') });
    expect(await sluice('document add nothing.pdf')).toMatchObject({ code: 2 });
  });

  it('shows one by its title, name or version', async () => {
    const list = listOf(documentOf('2026/Price list.pdf'), old, price);
    for (const [typed, id] of [
      ['"price list.pdf"', price.id],
      ['"Price list"', price.id],
      ['"Price list@1"', old.id],
      ['"2026/Price list"', documentOf('2026/Price list.pdf').id],
    ] as const)
      expect((await sluice(`document show ${typed}`, { 'GET /v1/documents': list })).out, typed).toContain(
        id,
      );
    const twice = listOf(documentOf('a/Price.pdf'), documentOf('b/Price.pdf'));
    expect(await sluice('document show price', { 'GET /v1/documents': twice })).toMatchObject({
      code: 2,
      err: expect.stringContaining('2 documents fit price: a/Price.pdf, b/Price.pdf'),
    });
    expect(await sluice('document show other', { 'GET /v1/documents': listOf(price) })).toMatchObject({
      code: 4,
      err: expect.stringContaining('sluice document list shows them'),
    });
  });

  it('fetches one into a file, never over one that is there', async () => {
    const path = join(temporaryFolder(), 'got.pdf');
    const routes = {
      'GET /v1/documents': listOf(price),
      [`GET /v1/documents/${price.id}/content`]: { body: '%PDF-', type: 'application/pdf' },
    };
    expect(await sluice(`document get "Price list" --output ${path}`, routes)).toMatchObject({ code: 0 });
    expect(readFileSync(path, 'utf8')).toBe('%PDF-');
    expect(await sluice(`document get "Price list" --output ${path}`, routes)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already'),
    });
    const gone = { 'GET /v1/documents': listOf(price) };
    expect(await sluice(`document get "Price list" --output ${path}2`, gone)).toMatchObject({ code: 4 });
  });

  it('withdraws one and lists what is wrong in the folder', async () => {
    const { out, code } = await sluice('document remove "Price list"', {
      'GET /v1/documents': listOf(price),
      [`DELETE /v1/documents/${price.id}`]: { body: { ...price, ...removed } },
    });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('taken out by anna at') });
    const fault = { path: 'a/offer.pdf', reason: 'it is a Windows program', seenAt: '2026-11-01T07:00:00Z' };
    const faults = await sluice('document faults', { 'GET /v1/document-faults': listOf(fault) });
    expect(faults.out).toBe('a/offer.pdf: it is a Windows program\n');
    const none = await sluice('document faults', { 'GET /v1/document-faults': listOf() });
    expect(none.out).toContain('Every file of the documents folder is a document');
  });
});

describe('sluice campaign create', () => {
  const words = 'campaign create --name Prices --subject Prices --from "Sales <s@example.com>" --pace 50/20m';
  const routes = { 'GET /v1/documents': listOf(price, documentOf('Catalogue.pdf'), old) };
  async function sent(options: string) {
    const { code, err, api } = await sluice(`${words} ${options}`, routes);
    const made = api.seen.find(({ method }) => method === 'POST');
    return { code, err, documents: made === undefined ? null : JSON.parse(made.body).documents };
  }

  it('names documents by their titles, in their order', async () => {
    const catalogue = documentOf('Catalogue.pdf').id;
    expect(await sent('--document catalogue --document "Price list"')).toMatchObject({
      documents: [{ id: catalogue }, { id: price.id }],
    });
    expect(await sent('--document catalogue --as-link --expires 14d')).toMatchObject({
      documents: [{ id: catalogue, as: 'link', expires: '14d' }],
    });
    expect((await sent('')).documents).toBeUndefined();
  });

  it('sends nothing when a document is not there or was taken out', async () => {
    expect(await sent('--document other')).toMatchObject({ code: 4, documents: null });
    expect(await sent('--as-link')).toMatchObject({ code: 2, documents: null });
    const gone = await sluice(`${words} --document "Price list"`, { 'GET /v1/documents': listOf(old) });
    expect(gone).toMatchObject({ code: 3, err: expect.stringContaining('was taken out') });
  });
});

describe('sluice doctor', () => {
  const healthy = {
    'GET /healthz': { body: {} },
    'GET /readyz': { body: { ready: true, missing: [] } },
    'GET /v1/main-gate': { body: { open: true } },
    'GET /v1/keys': listOf(),
  };
  const fault = (path: string) => ({ path, reason: 'it is not there', seenAt: '2026-11-01T07:00:00Z' });

  it('says when the documents folder cannot be read, and notes files that are no documents', async () => {
    const away = await sluice('doctor', { ...healthy, 'GET /v1/document-faults': listOf(fault('.')) });
    expect(away).toMatchObject({
      code: 1,
      out: expect.stringContaining('documents folder: it is not there'),
    });
    const some = await sluice('doctor', {
      ...healthy,
      'GET /v1/document-faults': listOf(fault('a'), fault('b')),
    });
    expect(some).toMatchObject({ code: 0, out: expect.stringContaining('2 files are no documents') });
  });
});
