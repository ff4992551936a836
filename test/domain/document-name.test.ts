import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPassedOver, readDocumentName, readDocumentPath, visible } from '../../domain/document-name.ts';

describe('the name of a document', () => {
  it.each([
    ['Price list.pdf', 'pdf'],
    ['Preisliste für Österreich (2026) – Händler, v2.XLSX', 'xlsx'],
    ['見積書.docx', 'docx'],
    ['قیمت‌ها.pdf', 'pdf'],
    ['page.htm', 'html'],
    ["L'offerta & più.txt", 'txt'],
  ])('may be %s', (name, extension) => {
    expect(readDocumentName(name)).toEqual({ ok: true, name, title: name, extension });
  });

  it('is the same however its accents are written', () => {
    expect(readDocumentName('Menu\u0308.pdf')).toMatchObject({ name: 'Men\u00fc.pdf' });
  });

  it.each([
    ['offer.exe', 'no ending of a document'],
    ['offer', 'no ending of a document'],
    ['offer.docm', '.docx'],
    ['../offer.pdf', 'has a slash'],
    ['folder\\offer.pdf', 'the sign \\'],
    ['C:offer.pdf', 'the sign :'],
    ['offer.pdf:hidden.exe', 'the sign :'],
    ['a\0.pdf', 'invisible characters'],
    ['a\r\nBcc: x@example.com.pdf', 'invisible characters'],
    ['offer\u202Efdp.exe.pdf', 'turns the direction'],
    ['\u2066offer.pdf', 'turns the direction'],
    ['of\u200Bfer.pdf', 'invisible characters'],
    ['of\u2028fer.pdf', 'invisible characters'],
    ['\uD800.pdf', 'invisible characters'],
    ['f\uFFFDr.pdf', 'not written in UTF-8'],
    [' offer.pdf', 'begins or ends with a blank'],
    ['.offer.pdf', 'begins with a dot'],
    ['con.pdf', 'name of a device'],
    [`${'x'.repeat(147)}.pdf`, 'more than 150 characters'],
    ['', 'without a name'],
  ])('is refused when it is %j', (name, why) => {
    const read = readDocumentName(name);
    expect(read.ok ? '' : read.why).toContain(why);
    expect(read.ok ? '' : read.why).not.toMatch(/[\0\r\n\u202E\u2066]/);
  });

  it('is what is shown and kept: nothing that passes can hide, turn, lead out or break a header', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('..', '.', '/', '\\', '\u202E', '\0', '\r\n', '"', 'con', ' ', 'a'),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.constantFrom('.pdf', '.txt', '/b.pdf', ''),
        (parts, end) => {
          const read = readDocumentPath(parts.join('') + end);
          if (!read.ok) {
            expect(read.why).toBe(visible(read.why));
            return;
          }
          expect(read.title.replaceAll(/[\u200C\u200D]/g, '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}<>:"|?*\\]/u);
          expect(read.title.split('/').filter((each) => /^\.|^\s|[\s.]$|^$/u.test(each))).toEqual([]);
          expect(read.title.endsWith(read.name)).toBe(true);
          expect(read.name).not.toContain('/');
          expect(readDocumentPath(read.title)).toEqual(read);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the path of a document in the folder', () => {
  it('is its title with its subfolders, its last part its name', () => {
    expect(readDocumentPath('prices/2026/Price list.pdf')).toEqual({
      ok: true,
      name: 'Price list.pdf',
      title: 'prices/2026/Price list.pdf',
      extension: 'pdf',
    });
    const deep = `${Array.from({ length: 9 }, () => '가'.repeat(60)).join('/')}/a.pdf`;
    for (const path of [
      deep,
      `${'가'.repeat(300)}/a.pdf`.normalize('NFD'),
      '../a.pdf',
      'a/../b.pdf',
      '/a.pdf',
      'a//b.pdf',
      'a\u202E/b.pdf',
    ])
      expect(readDocumentPath(path).ok, path).toBe(false);
  });

  it.each(['~$Price.docx', '.DS_Store', 'a.pdf.part', 'a.tmp', 'a.pdf.crdownload', 'Thumbs.db', 'a.pdf~'])(
    'is passed over when it is %s',
    (name) => expect(isPassedOver(name)).toBe(true),
  );

  it('is not passed over when it is a document', () => {
    for (const name of ['Price.docx', 'tmp.pdf', '~price.pdf', 'part.txt'])
      expect(isPassedOver(name)).toBe(false);
  });
});
