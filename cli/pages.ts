import type { List } from './answers.ts';
import type { Api, Query } from './api.ts';

/** Every item of a list, page by page. */
export async function allItems<Item>(api: Api, path: string, query: Query = {}): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page: List<Item> = await api.get<List<Item>>(path, { ...query, limit: 500, cursor });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}
