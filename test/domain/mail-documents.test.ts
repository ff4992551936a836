import { describe, expect, it } from 'vitest';
import { arrangeDocuments, type AskedDocument, type KnownDocument } from '../../domain/mail-documents.ts';

const day = 86_400_000;
const limits = { attachmentBytes: 10_000_000, hasPublicUrl: true };

function documentOf(id: string, change: Partial<KnownDocument> = {}): KnownDocument {
  const name = `${id}.pdf`;
  const type = name === 'page.pdf' ? 'text/html' : 'application/pdf';
  return { id, title: name, version: 1, name, type, size: 1_000, removed: null, newest: null, ...change };
}

function arrange(asked: readonly AskedDocument[], known: readonly KnownDocument[], change = {}) {
  const { documents, faults } = arrangeDocuments(asked, new Map(known.map((each) => [each.id, each])), {
    ...limits,
    ...change,
  });
  return {
    ways: documents.map(({ documentId, as, linkMs }) => [documentId, as, linkMs]),
    faults: faults.map(({ index, field, detail }) => `${index} ${field}: ${detail}`),
  };
}

const page = documentOf('page', { name: 'page.html', type: 'text/html' });

describe('the documents of a mail', () => {
  it('keep their order; a page that stands first is the mail itself, another one is attached', () => {
    const other = documentOf('other', { name: 'other.html', type: 'text/html' });
    const known = [page, documentOf('list'), other];
    expect(arrange([{ id: 'page' }, { id: 'list' }, { id: 'other' }], known)).toEqual({
      ways: [
        ['page', 'body', null],
        ['list', 'attachment', null],
        ['other', 'attachment', null],
      ],
      faults: [],
    });
    expect(arrange([{ id: 'list' }, { id: 'page' }], known).ways).toEqual([
      ['list', 'attachment', null],
      ['page', 'attachment', null],
    ]);
    expect(arrange([{ id: 'page', as: 'attachment' }], known).ways).toEqual([['page', 'attachment', null]]);
  });

  it('are links for 30 days or as long as somebody says', () => {
    const known = [documentOf('a', { size: 90_000_000 }), documentOf('b')];
    expect(
      arrange(
        [
          { id: 'a', as: 'link' },
          { id: 'b', as: 'link', expires: day },
        ],
        known,
      ),
    ).toEqual({
      ways: [
        ['a', 'link', 30 * day],
        ['b', 'link', day],
      ],
      faults: [],
    });
  });

  it.each<[string, readonly AskedDocument[], readonly KnownDocument[], object, string]>([
    ['is not there', [{ id: 'x' }], [], {}, '0 id: there is no document "x"'],
    [
      'is given twice',
      [{ id: 'a' }, { id: 'a', as: 'link' }],
      [documentOf('a')],
      {},
      '1 id: the document "a.pdf" (version 1) is given twice',
    ],
    [
      'was replaced',
      [{ id: 'a' }],
      [documentOf('a', { removed: 'was taken out', newest: { id: 'b', version: 2 } })],
      {},
      '0 id: the document "a.pdf" (version 1) was taken out; take version 2 (b), or leave it out',
    ],
    ['was taken out', [{ id: 'a' }], [documentOf('a', { removed: 'was withdrawn' })], {}, 'bring it back'],
    [
      'has the name of another one',
      [{ id: 'a' }, { id: 'b' }],
      [documentOf('a', { name: 'Preise.pdf' }), documentOf('b', { name: 'preise.PDF' })],
      {},
      '1 id: a mail cannot have two files of the name "preise.PDF"',
    ],
    [
      'is too large',
      [{ id: 'a' }],
      [documentOf('a', { size: 10_000_001 })],
      {},
      '0 as: the document "a.pdf" (version 1) has 10 MB, an attachment at most 10 MB; send it as a link',
    ],
    [
      'makes the mail too large',
      [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
      ['a', 'b', 'c'].map((id) => documentOf(id, { size: 9_000_000 })),
      {},
      '2 as: the attachments up to this one have 27 MB together, those of one mail at most 20 MB',
    ],
    [
      'is a link without an address',
      [{ id: 'a', as: 'link' }],
      [documentOf('a')],
      { hasPublicUrl: false },
      '0 as: links need an address that recipients reach: set SLUICE_PUBLIC_URL',
    ],
    [
      'expires and is no link',
      [{ id: 'a', expires: day }],
      [documentOf('a')],
      {},
      '0 expires: only a link expires',
    ],
    [
      'is no page',
      [{ id: 'a', as: 'body' }],
      [documentOf('a')],
      {},
      '0 as: only an HTML page that stands first',
    ],
    [
      'is not first',
      [{ id: 'a' }, { id: 'page', as: 'body' }],
      [documentOf('a'), page],
      {},
      '1 as: only an HTML page that stands first',
    ],
    [
      'is too large a page',
      [{ id: 'page' }],
      [{ ...page, size: 1_000_001 }],
      {},
      '0 as: the document "page.pdf" (version 1) has 1 MB, a page that is the mail itself at most 1 MB',
    ],
  ])('are refused when one %s', (_, asked, known, change, fault) => {
    const { faults } = arrange(asked, known, change);
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });
});
