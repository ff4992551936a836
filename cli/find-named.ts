import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { allItems } from './pages.ts';
import { clean } from './terminal-text.ts';

interface Kind<Item> {
  /** `template`: also the noun of its commands. */
  readonly what: string;
  readonly path: string;
  readonly nameOf: (item: Item) => string;
}

/** The thing of that id or name, whatever its case. */
export async function findNamed<Item extends { readonly id: string }>(
  api: Api,
  { what, path, nameOf }: Kind<Item>,
  typed: string,
): Promise<Item> {
  const wanted = typed.trim().toLowerCase();
  const items = await allItems<Item>(api, path);
  const found = items.find((item) => item.id === wanted || nameOf(item).toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new Failure(4, `there is no ${what} ${clean(typed)}; sluice ${what} list shows them`);
}
