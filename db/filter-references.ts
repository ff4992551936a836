import { sql } from 'kysely';
import type { DeclaredAttribute } from '../domain/filter/check-filter.ts';
import type { Filter } from '../domain/filter/filter.ts';
import { keyOf, referencesOf, type Named } from '../domain/filter/references.ts';
import { nearest } from '../domain/nearest-name.ts';
import type { Database } from './open.ts';

/** What the names in a filter stand for now. Templates and streams stand for the campaigns that were sent with them. */
export interface FilterReferences {
  readonly documents: ReadonlyMap<string, readonly string[]>;
  readonly templates: ReadonlyMap<string, readonly string[]>;
  readonly campaigns: ReadonlyMap<string, readonly string[]>;
  readonly workLists: ReadonlyMap<string, readonly string[]>;
  readonly streams: ReadonlyMap<string, readonly string[]>;
  /** What is not there, by its name, with the way out. */
  readonly missing: readonly string[];
}

/** Looks up everything that a filter names; nothing is asked for what it does not name. */
export async function resolveReferences(db: Database, filter: Filter): Promise<FilterReferences> {
  const { documents, templates, campaigns, workLists, streams } = referencesOf(filter);
  const found = {
    documents: await findEach(documents, keyOf, (named) => findDocuments(db, named)),
    templates: await findEach(templates, keyOf, (named) => findTemplates(db, named)),
    campaigns: await findEach(campaigns, plainKey, (name) => findByName(db, 'campaign', name)),
    workLists: await findEach(workLists, plainKey, (name) => findByName(db, 'work_list', name)),
  };
  const missing = [
    ...(await missingOf(db, 'document', documents, found.documents)),
    ...(await missingOf(db, 'template', templates, found.templates)),
    ...(await missingOf(db, 'campaign', campaigns.map(named), found.campaigns)),
    ...(await missingOf(db, 'work_list', workLists.map(named), found.workLists)),
  ];
  const template = (version: readonly string[]) => findCampaignsOf(db, version);
  return {
    ...found,
    templates: await findEach(
      [...found.templates],
      ([key]) => key,
      ([, versions]) => template(versions),
    ),
    streams: await findEach(streams, same, (stream) => findStream(db, stream)),
    missing,
  };
}

/** All declared attributes, in the order of their names. */
export async function readAttributes(db: Database): Promise<DeclaredAttribute[]> {
  return db
    .selectFrom('attribute')
    .select(['owner', 'name', 'type', 'choices'])
    .orderBy('owner')
    .orderBy('name')
    .execute();
}

async function findEach<T>(
  items: readonly T[],
  key: (item: T) => string,
  find: (item: T) => Promise<readonly string[]>,
): Promise<Map<string, readonly string[]>> {
  const found = await Promise.all(items.map(async (item) => [key(item), await find(item)] as const));
  return new Map(found);
}

const same = (name: string): string => name;
const plainKey = (name: string): string => keyOf({ name });

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

async function findDocuments(db: Database, { name, version }: Named): Promise<string[]> {
  let query = db.selectFrom('document').select('id');
  query = uuid.test(name) ? query.where('id', '=', name) : query.where('title', '=', name);
  if (version !== undefined) query = query.where('version', '=', version);
  return idsOf(await query.execute());
}

/** Versions of a template. */
async function findTemplates(db: Database, { name, version }: Named): Promise<string[]> {
  let query = db
    .selectFrom('template_version as v')
    .innerJoin('template as t', 't.id', 'v.template_id')
    .select('v.id');
  query = uuid.test(name)
    ? query.where(sql<boolean>`${name}::uuid in (t.id, v.id)`)
    : query.where('t.name', '=', name);
  if (version !== undefined) query = query.where('v.number', '=', version);
  return idsOf(await query.execute());
}

async function findCampaignsOf(db: Database, templateVersions: readonly string[]): Promise<string[]> {
  if (templateVersions.length === 0) return [];
  const rows = await db
    .selectFrom('campaign')
    .select('id')
    .where('template_version_id', 'in', templateVersions)
    .execute();
  return idsOf(rows);
}

async function findStream(db: Database, stream: string): Promise<string[]> {
  return idsOf(await db.selectFrom('campaign').select('id').where('stream', '=', stream).execute());
}

/** Several campaigns may have one name: all of them are meant. */
async function findByName(db: Database, table: 'campaign' | 'work_list', name: string): Promise<string[]> {
  const query = db.selectFrom(table).select('id');
  return idsOf(
    await (uuid.test(name) ? query.where('id', '=', name) : query.where('name', '=', name)).execute(),
  );
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

function named(name: string): Named {
  return { name };
}

const words = {
  document: 'document',
  template: 'template',
  campaign: 'campaign',
  work_list: 'work list',
} as const;

/** Fact, value, way out for each name that nothing was found for. */
async function missingOf(
  db: Database,
  table: keyof typeof words,
  asked: readonly Named[],
  found: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const absent = asked.filter((each) => found.get(keyOf(each))?.length === 0);
  if (absent.length === 0) return [];
  const column = sql.ref(table === 'document' ? 'title' : 'name');
  const { rows } = await sql<{ name: string }>`
    select distinct ${column} as name from ${sql.table(table)} order by 1 limit 1000`.execute(db);
  const known = rows.map(({ name }) => name);
  return absent.map(({ name, version }) => {
    if (version !== undefined && known.includes(name))
      return `the ${words[table]} ${JSON.stringify(name)} has no version ${version}; without a version, any is meant`;
    if (known.includes(name))
      return `the ${words[table]} ${JSON.stringify(name)} has no version yet; nobody can have got it`;
    const hint =
      known.length === 0 ? 'there are none yet' : `did you mean ${JSON.stringify(nearest(name, known))}?`;
    return `there is no ${words[table]} ${JSON.stringify(name)}; ${hint}`;
  });
}
