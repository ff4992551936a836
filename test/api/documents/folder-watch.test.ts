import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FolderWatch, watchDocuments, watchDocumentsIn } from '../../../api/documents/folder-watch.ts';
import { readDocumentBytes } from '../../../db/document-bytes.ts';
import { addDocument, withdrawDocument } from '../../../db/documents.ts';
import { openDatabase, type Database } from '../../../db/open.ts';
import { pdf } from '../../support/office-files.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let db: Database;
let folder: string;
let watch: FolderWatch;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});
beforeEach(async () => {
  for (const table of ['document_file', 'document_fault', 'document', 'document_chunk'] as const)
    await db.deleteFrom(table).execute();
  folder = mkdtempSync(join(tmpdir(), 'sluice-documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  watch = new FolderWatch({ db, log, folder, stableMs: 0 });
});

function write(path: string, bytes: Buffer | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

/** Seen once, and still the same at the second look: then it is taken in. */
async function look(watching = watch): Promise<string[]> {
  await watching.look();
  await watching.look();
  return documents();
}

async function documents(): Promise<string[]> {
  const rows = await db.selectFrom('document').selectAll().orderBy('title').orderBy('version').execute();
  return rows.map(
    ({ title, version, removed_by }) => `${title} ${version}${removed_by === null ? '' : ` (${removed_by})`}`,
  );
}

async function faults(): Promise<Record<string, string>> {
  const rows = await db.selectFrom('document_fault').selectAll().execute();
  return Object.fromEntries(rows.map(({ path, reason }) => [path, reason]));
}

describe('a file of the documents folder', () => {
  it('becomes a document with its bytes, in subfolders too; what programs put beside it is passed over', async () => {
    write('Preise.pdf', pdf('prices'));
    write('2026/Mai/Katalog.html', '<!doctype html>Katalog');
    for (const path of ['~$Preise.docx', '.hidden.pdf', '.git/a.pdf', 'copy.pdf.part', 'x.tmp'])
      write(path, pdf(path));
    expect(await look()).toEqual(['2026/Mai/Katalog.html 1', 'Preise.pdf 1']);
    expect(await faults()).toEqual({});
    const row = await db
      .selectFrom('document')
      .selectAll()
      .where('title', '=', 'Preise.pdf')
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      name: 'Preise.pdf',
      type: 'application/pdf',
      origin: 'folder',
      added_by: 'folder',
    });
    expect(await readDocumentBytes(db, row.sha256)).toEqual(pdf('prices'));
  });

  it('of other bytes is the next version and takes the one before out; the old bytes bring that back', async () => {
    write('Preise.pdf', pdf('old'));
    await look();
    write('Preise.pdf', pdf('newer'));
    expect(await look()).toEqual(['Preise.pdf 1 (folder)', 'Preise.pdf 2']);
    write('Preise.pdf', pdf('old'));
    expect(await look()).toEqual(['Preise.pdf 1', 'Preise.pdf 2 (folder)']);
  });

  it('is taken out when it is gone, and back when it is put back; a copy of the same bytes keeps it', async () => {
    write('a/Preise.pdf', pdf());
    write('b/Kopie.pdf', pdf());
    expect(await look()).toHaveLength(1);
    const [title] = await documents();
    rmSync(join(folder, 'a'), { recursive: true });
    expect(await look()).toEqual([title]);
    rmSync(join(folder, 'b'), { recursive: true });
    expect(await look()).toEqual([`${title} (folder)`]);
    write('a/Preise.pdf', pdf());
    expect(await look()).toHaveLength(1);
    expect((await documents())[0]).not.toContain('(folder)');
  });

  it('that is given another name is the same document under that name', async () => {
    write('Priese.pdf', pdf());
    await look();
    renameSync(join(folder, 'Priese.pdf'), join(folder, 'Preise.pdf'));
    expect(await look()).toEqual(['Preise.pdf 1']);
  });

  it('stays withdrawn when a person did that, whatever happens to the file', async () => {
    write('Preise.pdf', pdf());
    await look();
    const { id } = await db.selectFrom('document').select('id').executeTakeFirstOrThrow();
    await withdrawDocument(db, id, 'anna');
    rmSync(join(folder, 'Preise.pdf'));
    await look();
    write('Preise.pdf', pdf());
    expect(await look()).toEqual(['Preise.pdf 1 (anna)']);
  });

  it('stays a document without its file when somebody has uploaded it, too', async () => {
    write('Preise.pdf', pdf());
    await look();
    const { sha256, size } = await db.selectFrom('document').selectAll().executeTakeFirstOrThrow();
    const named = {
      title: 'Preise.pdf',
      name: 'Preise.pdf',
      type: 'application/pdf',
      path: null,
      by: 'anna',
    };
    const none = async function* (): AsyncIterable<Uint8Array> {};
    await db
      .transaction()
      .execute(async (trx) => addDocument(trx, { ...named, sha256, size, origin: 'upload' }, none()));
    rmSync(join(folder, 'Preise.pdf'));
    expect(await look()).toEqual(['Preise.pdf 1']);
  });

  it('is not taken in while it is being copied', async () => {
    write('Preise.pdf', pdf().subarray(0, 20));
    await watch.look();
    for (let i = 0; i < 3; i += 1) {
      appendFileSync(join(folder, 'Preise.pdf'), 'more');
      await watch.look();
    }
    expect([await documents(), await faults()]).toEqual([[], {}]);
    const patient = new FolderWatch({ db, log, folder, stableMs: 3_600_000 });
    write('Preise.pdf', pdf());
    expect(await look(patient)).toEqual([]);
    expect(await look()).toEqual(['Preise.pdf 1']);
  });

  it('is looked at by several processes at once, and is one document', async () => {
    const others = Array.from({ length: 3 }, () => new FolderWatch({ db, log, folder, stableMs: 0 }));
    for (let i = 0; i < 10; i += 1) write(`${i}.pdf`, pdf(`file ${i}`));
    await Promise.all(others.map(look));
    expect(await look()).toHaveLength(10);
    for (let i = 0; i < 10; i += 1) write(`${i}.pdf`, pdf(`file ${i} again`));
    await Promise.all(others.map(look));
    expect((await look()).filter((each) => !each.includes('folder'))).toHaveLength(10);
  });

  it('is not read again while its size and time stay', async () => {
    write('Preise.pdf', pdf('one'));
    utimesSync(join(folder, 'Preise.pdf'), 1_000, 1_000);
    await look();
    write('Preise.pdf', pdf('two'));
    utimesSync(join(folder, 'Preise.pdf'), 1_000, 1_000);
    expect(await look(new FolderWatch({ db, log, folder, stableMs: 0 }))).toEqual(['Preise.pdf 1']);
  });
});

describe('what is in the folder and is no document', () => {
  it.skipIf(process.platform !== 'linux')('is named when its name cannot be read', async () => {
    writeFileSync(Buffer.from(join(folder, 'pr\xfcfung.txt'), 'latin1'), 'x');
    expect(await look()).toEqual([]);
    expect(await faults()).toEqual({ 'pr\\u{FFFD}fung.txt': expect.stringContaining('no UTF-8') });
  });

  it('is listed with its reason, until it is gone or right', async () => {
    write('offer.pdf', 'MZ\0\0');
    write('half.docx', 'PK\u0003\u0004');
    write('photo.png', 'x');
    write('a\u202Efdp.pdf', pdf());
    symlinkSync('/etc/hostname', join(folder, 'outside.txt'));
    symlinkSync(join(folder, 'gone'), join(folder, 'nowhere.txt'));
    mkdirSync(join(folder, 'inner'));
    symlinkSync(join(folder, 'inner'), join(folder, 'loop'));
    expect(await look()).toEqual([]);
    expect(await faults()).toEqual({
      'offer.pdf': expect.stringContaining('is a Windows program by its content'),
      'half.docx': expect.stringContaining('directory at the end is missing'),
      'photo.png': expect.stringContaining('no ending of a document'),
      'a\\u{202E}fdp.pdf': expect.stringContaining('turns the direction'),
      'outside.txt': expect.stringContaining('leads out of the documents folder'),
      'nowhere.txt': expect.stringContaining('leads nowhere'),
      loop: 'is a link to a folder; copy the folder instead',
    });
    const before = await db.selectFrom('document_fault').selectAll().orderBy('path').execute();
    await look();
    expect(await db.selectFrom('document_fault').selectAll().orderBy('path').execute()).toEqual(before);
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    write('offer.pdf', pdf());
    expect(await look()).toEqual(['offer.pdf 1']);
    expect(await faults()).toEqual({});
  });

  it('takes the document out whose file it was', async () => {
    write('offer.pdf', pdf());
    await look();
    write('offer.pdf', 'MZ\0\0');
    expect(await look()).toEqual(['offer.pdf 1 (folder)']);
  });

  it('may be a link to a file within the folder: that is a document', async () => {
    write('2026/Preise.pdf', pdf());
    symlinkSync(join(folder, '2026/Preise.pdf'), join(folder, 'aktuell.pdf'));
    expect(await look()).toHaveLength(1);
    expect(await faults()).toEqual({});
  });
});

describe('a documents folder that cannot be read', () => {
  it.each<[string, () => string, string]>([
    ['that is not there', () => join(folder, 'missing'), 'is not there; make it, or mount'],
    ['that is a file', () => join(folder, 'Preise.pdf'), 'is no folder'],
  ])('%s is a fault in words and takes nothing out', async (_, place, reason) => {
    write('Preise.pdf', pdf());
    await look();
    await look(new FolderWatch({ db, log, folder: place(), stableMs: 0 }));
    expect(await faults()).toEqual({ '.': expect.stringContaining(reason) });
    expect(await documents()).toEqual(['Preise.pdf 1']);
    await look();
    expect(await faults()).toEqual({});
  });

  it('that is removed while it is watched takes nothing out and is taken up again', async () => {
    write('Preise.pdf', pdf());
    await look();
    rmSync(folder, { recursive: true });
    await look();
    expect([await documents(), Object.keys(await faults())]).toEqual([['Preise.pdf 1'], ['.']]);
    write('Neu.pdf', pdf('new'));
    expect(await look()).toEqual(['Neu.pdf 1', 'Preise.pdf 1 (folder)']);
  });

  // Nothing is forbidden to root.
  it.skipIf(process.getuid?.() === 0)(
    'in part is a fault of that part, and takes nothing of it out',
    async () => {
      write('inner/Preise.pdf', pdf());
      write('Katalog.pdf', pdf('catalogue'));
      await look();
      chmodSync(join(folder, 'inner'), 0o000);
      await look();
      expect(await documents()).toEqual(['Katalog.pdf 1', 'inner/Preise.pdf 1']);
      expect(await faults()).toEqual({ inner: expect.stringContaining('EACCES') });
      chmodSync(join(folder, 'inner'), 0o700);
      write('secret.pdf', pdf('secret'));
      chmodSync(join(folder, 'secret.pdf'), 0o000);
      await look();
      expect(await faults()).toEqual({ 'secret.pdf': expect.stringContaining('EACCES') });
      chmodSync(join(folder, 'secret.pdf'), 0o600);
      expect(await look()).toContain('secret.pdf 1');
    },
  );

  it('is forgotten when the API starts without one', async () => {
    await look(new FolderWatch({ db, log, folder: join(folder, 'missing') }));
    await watchDocumentsIn(null, { db, log })();
    expect(await faults()).toEqual({});
  });
});

describe('the watch', () => {
  it('finds what comes and goes by itself, and ends when it is told to', async () => {
    const stop = watchDocuments({ db, log, folder, everyMs: 10, stableMs: 20 });
    try {
      write('Preise.pdf', pdf());
      await expect.poll(documents, { timeout: 30_000 }).toEqual(['Preise.pdf 1']);
      rmSync(join(folder, 'Preise.pdf'));
      await expect.poll(documents, { timeout: 30_000 }).toEqual(['Preise.pdf 1 (folder)']);
    } finally {
      await stop();
    }
  });
});
