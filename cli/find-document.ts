import type { Document } from './answers.ts';
import type { Api } from './api.ts';
import { Failure, usage } from './failure.ts';
import { allItems } from './pages.ts';
import { clean } from './terminal-text.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The document behind what was typed: its id, or its title or name, with or without folder and ending, and @version. Without a
 * version the newest that can be sent; with `removed` the newest that ever was, when none can be.
 */
export async function findDocument(
  api: Api,
  typed: string,
  { removed = false }: { readonly removed?: boolean } = {},
): Promise<Document> {
  if (uuid.test(typed)) return api.get<Document>(`/v1/documents/${typed.toLowerCase()}`);
  const [, wanted = typed, version] = /^(.+)@(\d{1,9})$/.exec(typed) ?? [];
  const matching = (await candidates(api, wanted)).filter(
    (each) => version === undefined || each.version === Number(version),
  );
  const titles = [...new Set(matching.map(({ title }) => title))];
  if (titles.length > 1)
    throw usage(
      `${titles.length} documents fit ${clean(typed)}: ${titles.map(clean).join(', ')}; give the whole title`,
    );
  const newestFirst = matching.sort((one, other) => other.version - one.version);
  const found =
    newestFirst.find(({ removedAt }) => removedAt === null) ??
    (removed || version !== undefined ? newestFirst[0] : undefined);
  if (found !== undefined) return found;
  throw newestFirst.length > 0
    ? new Failure(
        3,
        `the document ${clean(titles[0] ?? typed)} was taken out; sluice document list --removed shows when`,
      )
    : new Failure(4, `there is no document ${clean(typed)}; sluice document list shows them`);
}

/** The best kind of match that there is: the whole title before the name alone, both before those without their ending. */
async function candidates(api: Api, wanted: string): Promise<Document[]> {
  const all = await allItems<Document>(api, '/v1/documents', { q: wanted.slice(0, 200), removed: 'any' });
  const same = (text: string): boolean => text.toLowerCase() === wanted.normalize('NFC').toLowerCase();
  const kinds: ((each: Document) => boolean)[] = [
    ({ title }) => same(title),
    ({ name }) => same(name),
    ({ title }) => same(withoutEnding(title)),
    ({ name }) => same(withoutEnding(name)),
  ];
  for (const kind of kinds) {
    const found = all.filter(kind);
    if (found.length > 0) return found;
  }
  return [];
}

function withoutEnding(name: string): string {
  return name.replace(/\.[^.]+$/, '');
}
