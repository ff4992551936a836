import type { List, WorkList } from './answers.ts';
import type { Api } from './api.ts';
import { Failure } from './failure.ts';
import { clean } from './terminal-text.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The work list of that id or exactly that name. */
export async function findWorkList(api: Api, typed: string): Promise<WorkList> {
  if (uuid.test(typed)) return api.get<WorkList>(`/v1/work-lists/${typed.toLowerCase()}`);
  const { items } = await api.get<List<WorkList>>('/v1/work-lists', { name: typed });
  const [found] = items;
  if (found !== undefined) return found;
  throw new Failure(4, `there is no work list ${clean(typed)}; sluice worklist list shows them`);
}
