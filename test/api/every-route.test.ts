import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { junk, mutated, valid, type JsonSchema, type Schemas } from '../support/json-schema-arbitrary.ts';
import { insertContacts, insertStarted } from '../support/started-campaign.ts';

/** Requests per operation; each is drawn anew, so that many runs together see much. */
const runs = Number(process.env['EVERY_ROUTE_RUNS'] ?? 20);

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}
type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

const document = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as Document;
const { schemas } = document.components;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    operation,
  })),
);

/** Bodies that are accepted, where one drawn from the schema seldom makes sense as a whole. */
const seeds: Readonly<Record<string, unknown>> = {
  createCampaign: campaignBody(),
  changeCampaign: { name: 'Changed', content: { subject: 'x', html: '<p>{{ contact.salutation }}</p>' } },
  previewMail: {
    content: { subject: 'Hello', text: 'Hello {{ contact.firstName | default: "you" }}' },
    identity: { name: 'IT', address: 'it@example.com' },
    contact: { email: 'somebody@example.org' },
  },
  reportResponses: { events: [{ eventId: 'ticket-1', state: 'opened' }] },
  createContact: { email: 'somebody.new@example.org', attributes: { room: '4.12' } },
  createCustomer: { name: 'Nordwind GmbH', attributes: { category: 'A' } },
  createAgent: { name: 'Paola Rossi', email: 'rossi@example.com' },
  putRecord: { title: 'Order 4711', link: 'https://shop.example.com/orders/4711' },
  declareAttribute: { type: 'choice', choices: ['A', 'B'] },
  createWorkList: { name: 'Some', filter: 'email contains example' },
  addToWorkList: { filter: 'email contains example' },
  createDesk: { name: 'Helpdesk', capacity: 30 },
  readHolidays: {
    ics: 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
    from: '2026-12-01',
    to: '2026-12-31',
  },
  uploadDocument: '%PDF-1.4\n%%EOF\n',
  uploadImage: 'GIF89a\u0001\u0000\u0001\u0000\u0000\u0000\u0000;',
  createTemplate: { name: 'Newsletter', content: { subject: 'x', text: 'y', wrap: true } },
  createIdentity: { label: 'Sales', name: 'Sales', address: 'sales@example.com' },
  createSignature: { name: 'Sales', html: '<p>Sales</p>' },
  makeDkimKey: { selector: 's1' },
  importContacts: 'email,first_name\nsomebody@example.org,Some\n',
  previewImport: 'E-Mail;Vorname;Seit\nsomebody@example.org;Some;1.2.2026\nnobody;;\n',
  saveImportSource: { mapping: { columns: [{ column: 'Mail', to: 'contact.email' }] } },
};

let api: TestApi;
/** Ids that exist, by the name of the path parameter. */
const known: Record<string, string[]> = {};

beforeAll(async () => {
  api = await startTestApi();
  await insertContacts(api.db, 3);
  const draft = await api.call('POST', '/v1/campaigns', campaignBody());
  const key = await api.call('POST', '/v1/keys', { name: 'to be revoked', role: 'viewer' });
  known['campaignId'] = [
    (draft.body as { id: string }).id,
    await insertStarted(api.db),
    await insertStarted(api.db, { startAt: new Date('2099-01-01') }),
  ];
  const desk = await api.call('POST', '/v1/desks', { name: 'Field staff', capacity: 6 });
  const list = await api.call('POST', '/v1/work-lists', {
    name: 'Everybody',
    filter: 'email contains example',
  });
  known['listId'] = [(list.body as { id: string }).id];
  known['deskId'] = [(desk.body as { id: string }).id];
  const source = await api.call('POST', '/v1/response-sources', { name: 'Helpdesk' });
  known['sourceId'] = [(source.body as { id: string }).id];
  known['documentId'] = [await insertDocument()];
  known['imageId'] = [await insertImage()];
  known['responseId'] = await insertResponses(known['campaignId']);
  const customer = await api.call('POST', '/v1/customers', { name: 'Werft', attributes: { category: 'A' } });
  known['customerId'] = [(customer.body as { id: string }).id];
  const agent = await api.call('POST', '/v1/agents', { name: 'Rossi' });
  known['agentId'] = [(agent.body as { id: string }).id];
  await api.call('PUT', '/v1/records/order/4711', { title: 'Order 4711' });
  known['kind'] = ['order', 'ticket'];
  known['externalId'] = ['4711', '4712'];
  known['to'] = ['contacts', 'customers', 'campaigns'];
  known['owner'] = ['contact', 'customer', 'record'];
  known['name'] = ['category', 'room'];
  const content = { subject: 'x', text: 'y' };
  known['templateId'] = await made('/v1/templates', { name: 'Kept', content });
  await api.call('POST', `/v1/templates/${known['templateId'][0] ?? ''}/versions`);
  known['number'] = ['1'];
  known['identityId'] = await made('/v1/identities', {
    label: 'Kept',
    name: 'IT',
    address: 'it@example.com',
  });
  known['signatureId'] = await made('/v1/signatures', { name: 'Kept', html: '<p>IT</p>' });
  await api.call('PUT', '/v1/import-sources/CRM', seeds['saveImportSource']);
  known['sourceName'] = ['CRM'];
  known['keyId'] = [(key.body as { id: string }).id];
  known['contactId'] = (await api.db.selectFrom('contact').select('id').execute()).map(({ id }) => id);
  known['id'] = [known['contactId'], known['customerId'], known['campaignId']].flat();
});
afterAll(async () => api.close());

async function insertDocument(): Promise<string> {
  const response = await fetch(`${api.url}/v1/documents?name=known.txt`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${api.keys.admin}`, 'Content-Type': 'text/plain' },
    body: 'known',
  });
  return ((await response.json()) as { id: string }).id;
}

async function insertImage(): Promise<string> {
  const response = await fetch(`${api.url}/v1/images?name=known.gif`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${api.keys.admin}`, 'Content-Type': 'image/gif' },
    body: Buffer.from('GIF89a\u0002\u0000\u0002\u0000\u0000\u0000\u0000;', 'latin1'),
  });
  return ((await response.json()) as { id: string }).id;
}

async function made(path: string, body: unknown): Promise<string[]> {
  return [((await api.call('POST', path, body)).body as { id: string }).id];
}

async function insertResponses(campaignIds: readonly string[]): Promise<string[]> {
  const rows = campaignIds.map((campaignId) => ({
    campaign_id: campaignId,
    source: 'api',
    event_id: 'known',
    kind: 'call',
    opened_at: new Date(),
  }));
  const inserted = await api.db.insertInto('response').values(rows).returning('id').execute();
  return inserted.map(({ id }) => id);
}

interface Input {
  readonly path: Record<string, string>;
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, string | undefined>;
  readonly body: unknown;
  readonly type: string | null;
  readonly key: 'admin' | 'operator' | 'viewer' | null;
}

describe('every documented operation', () => {
  it.each(operations)(
    '$name answers whatever it is sent as documented, and never with a fault',
    async ({ method, path, operation }) => {
      await fc.assert(
        fc.asyncProperty(inputOf(operation), async (input) => {
          const answer = await send(method, path, input);
          const documented = operation.responses[String(answer.status)];
          expect(
            documented,
            `${answer.status} is not documented: ${answer.text.slice(0, 500)}`,
          ).toBeDefined();
          expect(answer.status, answer.text.slice(0, 500)).not.toBe(500);
          checkBody(answer, documented?.content);
        }),
        { numRuns: runs },
      );
    },
    170_000,
  );
});

function inputOf({ operationId, parameters = [], requestBody }: Operation) {
  const by = (where: Parameter['in']): Parameter[] => parameters.filter((each) => each.in === where);
  const paths = Object.fromEntries(by('path').map(({ name }) => [name, pathValue(name)]));
  const queries = Object.fromEntries(
    by('query').map(({ name, schema }) => [
      name,
      fc.oneof({ weight: 4, arbitrary: valid(schema, schemas) }, { weight: 1, arbitrary: junk }),
    ]),
  );
  const headers = Object.fromEntries(by('header').map(({ name }) => [name, headerValue(name)]));
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const seed = seeds[operationId];
  const drawn = media?.schema === undefined ? null : valid(media.schema, schemas);
  const body = drawn === null || seed === undefined ? drawn : fc.oneof(fc.constant(seed), drawn);
  const required = by('query').filter((each) => each.required === true);
  return fc.record<Input>({
    path: fc.record(paths),
    query: fc.oneof(
      { weight: 5, arbitrary: fc.record(queries, { requiredKeys: required.map(({ name }) => name) }) },
      { weight: 1, arbitrary: fc.dictionary(fc.string({ minLength: 1 }), junk, { maxKeys: 2 }) },
    ),
    headers: fc.oneof(fc.constant({}), fc.record(headers, { requiredKeys: [] })),
    body: body === null ? fc.constant(undefined) : fc.oneof(body, mutated(body)),
    type: fc.constant(type ?? null),
    key: fc.oneof(
      { weight: 12, arbitrary: fc.constant<'admin'>('admin') },
      { weight: 2, arbitrary: fc.constantFrom('operator', 'viewer', null) },
    ),
  });
}

function pathValue(name: string): fc.Arbitrary<string> {
  const ids = known[name] ?? [];
  // The ids are known only when the run begins: drawn by index.
  return fc.oneof(
    { weight: 6, arbitrary: fc.nat().map((index) => `known:${name}:${index + ids.length}`) },
    { weight: 1, arbitrary: fc.uuid() },
    {
      weight: 1,
      arbitrary: fc
        .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
        .filter((text) => !/^\.+$/.test(text)),
    },
  );
}

function headerValue(name: string): fc.Arbitrary<string> {
  const text = fc.stringMatching(/^[!-~]{1,40}$/);
  if (name === 'If-Match') return fc.oneof(fc.constantFrom('*', '"1"', '"2"', '"9"'), text);
  if (name === 'Last-Event-ID') return fc.oneof(fc.constantFrom('0', '5', '999999999'), text);
  return fc.oneof(fc.uuid(), fc.constantFrom('the same', 'a', 'b'), text);
}

interface Sent {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function send(method: string, template: string, input: Input): Promise<Sent> {
  const path = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(resolve(name, input.path[name] ?? '')),
  );
  const query = new URLSearchParams(
    Object.entries(input.query).map(([name, value]): [string, string] => [name, textOf(value)]),
  );
  const abort = new AbortController();
  const response = await fetch(`${api.url}${path}${query.size === 0 ? '' : `?${query.toString()}`}`, {
    method: method.toUpperCase(),
    headers: {
      ...withoutUndefined(input.headers),
      ...(input.key === null ? {} : { Authorization: `Bearer ${api.keys[input.key]}` }),
      ...(input.type === null || input.body === undefined ? {} : { 'Content-Type': input.type }),
    },
    ...(input.body === undefined
      ? {}
      : { body: input.type === 'application/json' ? JSON.stringify(input.body) : textOf(input.body) }),
    signal: abort.signal,
  });
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const isStream = type === 'text/event-stream';
  const text = isStream ? '' : await response.text();
  abort.abort();
  return { status: response.status, type, text };
}

function resolve(name: string, value: string): string {
  if (!value.startsWith('known:')) return value;
  const ids = known[name] ?? [];
  return ids[Number(value.split(':')[2]) % Math.max(1, ids.length)] ?? '00000000-0000-4000-8000-000000000000';
}

function withoutUndefined(headers: Input['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const checks = new Map<string, z.ZodType>();

/** The body has a documented type and passes its documented schema. */
function checkBody({ type, text, status }: Sent, content: Content | undefined): void {
  if (content === undefined) return expect(text).toBe('');
  const media = content[type];
  expect(media, `${status} came as ${type}, documented are ${Object.keys(content).join(', ')}`).toBeDefined();
  if (!type.endsWith('json') || media?.schema === undefined) return;
  const checked = checkOf(media.schema).safeParse(JSON.parse(text));
  expect(checked.error?.issues ?? [], text.slice(0, 500)).toEqual([]);
}

function checkOf(schema: JsonSchema): z.ZodType {
  const text = JSON.stringify(schema);
  const found = checks.get(text);
  if (found !== undefined) return found;
  const whole = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  const made = z.fromJSONSchema(JSON.parse(whole));
  checks.set(text, made);
  return made;
}
