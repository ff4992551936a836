import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { sampleCampaign } from './campaign/sample.ts';
import { fakeSurroundings } from './fake-surroundings.ts';
import { scriptedApi, type Route } from './scripted-api.ts';

const since = { createdAt: '2026-12-01T07:00:00Z', createdBy: 'anna', updatedAt: '2026-12-01T07:00:00Z' };
const templateId = '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
const template = {
  id: templateId,
  version: 4,
  name: 'Monthly @home',
  content: { subject: 'News', html: '<p>Hi</p>' },
  newest: { number: 3, isDraft: false, createdAt: since.createdAt, createdBy: 'anna' },
  archivedAt: null,
  archivedBy: null,
  ...since,
};
const identityId = '1c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
const zoneLine = 's1._domainkey.example.com. IN TXT "v=DKIM1; k=rsa; p=MII"';
const identity = {
  id: identityId,
  version: 1,
  label: 'Sales',
  name: 'Sales team',
  address: 'sales@example.com',
  replyTo: null,
  allowedDomains: ['example.org'],
  dkim: {
    domain: 'example.com',
    selector: 's1',
    algorithm: 'rsa',
    record: { name: 'x', type: 'TXT', value: 'x', zoneLine },
  },
  warnings: [{ code: 'dkimNotAligned', text: 'not aligned' }],
  ...since,
};
const signatureId = '2c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
const signature = { id: signatureId, version: 1, name: 'IT', html: '<p>IT</p>', text: 'IT\nHelp', ...since };
const lists: Record<string, Route> = {
  'GET /v1/templates': { body: { items: [template], next: null } },
  'GET /v1/identities': { body: { items: [identity], next: null } },
  'GET /v1/signatures': { body: { items: [signature], next: null } },
};

/** One command line in a folder with the files that the options name. */
async function sluice(words: string, routes: Record<string, Route> = {}) {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const files = { 'mail.mjml': '<mjml/>', 'mail.html': '<p>Hi</p>', 'mail.txt': 'Hi', 'key.pem': 'PEM' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(at.folder, name), text);
  const api = await scriptedApi({ ...lists, ...routes });
  const split = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const code = await run([...split, '--server', api.url], at);
  const sent = api.seen.find(({ method }) => method !== 'GET');
  return {
    code,
    sent,
    body: sent === undefined || sent.body === '' ? null : JSON.parse(sent.body),
    ...at.written,
  };
}

describe('sluice template', () => {
  test('create takes the mail from files, also a text to be wrapped', async () => {
    const routes = { 'POST /v1/templates': { status: 201, body: template } };
    const made = await sluice('template create "Monthly @home" --subject News --mjml mail.mjml', routes);
    expect(made).toMatchObject({
      code: 0,
      body: { name: 'Monthly @home', content: { subject: 'News', mjml: '<mjml/>' } },
    });
    expect(made.out).toBe(`${templateId}\nMonthly @home: newest version 3, draft not frozen\n`);
    const wrapped = await sluice('template create N --subject News --text mail.txt --wrap', routes);
    expect(wrapped.body).toEqual({ name: 'N', content: { subject: 'News', text: 'Hi', wrap: true } });
    expect(await sluice('template create N')).toMatchObject({ code: 2, body: null });
  });

  test('change replaces what is said and keeps the rest, of the draft that was seen', async () => {
    const routes = { [`PATCH /v1/templates/${templateId}`]: { body: template } };
    const subject = await sluice('template change "monthly @home" --subject Other --name New', routes);
    expect(subject.body).toEqual({ name: 'New', content: { subject: 'Other', html: '<p>Hi</p>' } });
    expect(subject.sent?.headers['if-match']).toBe('"4"');
    const mjml = await sluice(`template change ${templateId} --mjml mail.mjml`, routes);
    expect(mjml.body).toEqual({ content: { subject: 'News', mjml: '<mjml/>' } });
    const text = await sluice(`template change ${templateId} --text mail.txt --wrap`, routes);
    expect(text.body).toEqual({ content: { subject: 'News', text: 'Hi', wrap: true } });
  });

  test('freeze, versions, show, archive, restore and list', async () => {
    const version = {
      id: templateId,
      number: 3,
      content: template.content,
      createdAt: since.createdAt,
      createdBy: 'anna',
    };
    const path = `/v1/templates/${templateId}`;
    const routes = {
      [`POST ${path}/versions`]: { status: 201, body: version },
      [`GET ${path}/versions`]: { body: { items: [version], next: null } },
      [`GET ${path}/versions/3`]: { body: version },
      [`DELETE ${path}`]: { body: template },
      [`PATCH ${path}`]: { body: template },
    };
    expect((await sluice('template freeze "Monthly @home"', routes)).out).toBe('Monthly @home@3\n');
    expect((await sluice(`template versions ${templateId}`, routes)).out).toMatch(
      /3 +News +2026-12-01T07:00:00Z +anna/,
    );
    expect((await sluice(`template show ${templateId} --number 3`, routes)).out).toBe(
      'Subject: News\n\n<p>Hi</p>\n',
    );
    expect((await sluice(`template archive ${templateId}`, routes)).out).toBe('Monthly @home is archived.\n');
    expect((await sluice(`template restore ${templateId}`, routes)).body).toEqual({ archived: false });
    expect((await sluice('template list')).out).toMatch(/Monthly @home +3 +not frozen/);
    expect(await sluice('template freeze nope')).toMatchObject({
      code: 4,
      err: expect.stringContaining('there is no template nope; sluice template list shows them'),
    });
  });
});

describe('sluice identity', () => {
  test('create and change say who it is, whom it may write to and how it signs', async () => {
    const made = await sluice(
      'identity create Sales --from "Sales team <sales@example.com>" --allow example.org example.com --dkim-domain example.com --dkim-selector s1 --dkim-key key.pem',
      { 'POST /v1/identities': { status: 201, body: identity } },
    );
    expect(made.body).toEqual({
      label: 'Sales',
      name: 'Sales team',
      address: 'sales@example.com',
      allowedDomains: ['example.org', 'example.com'],
      dkim: { domain: 'example.com', selector: 's1', privateKey: 'PEM' },
    });
    expect(made.out).toBe(
      `${identityId}\nSales: Sales team <sales@example.com>, writes to example.org\n${zoneLine}\n! not aligned\n`,
    );
    const changed = await sluice('identity change sales --label New --reply-to none --allow all', {
      [`PATCH /v1/identities/${identityId}`]: { body: identity },
    });
    expect(changed.body).toEqual({ label: 'New', replyTo: null, allowedDomains: [] });
    expect(await sluice('identity create Sales')).toMatchObject({ code: 2, body: null });
    expect(await sluice('identity change Sales --dkim-key key.pem')).toMatchObject({
      code: 2,
      err: expect.stringContaining('together'),
    });
  });

  test('dkim, show, list and remove', async () => {
    const keyed = await sluice('identity dkim Sales --selector s1', {
      [`POST /v1/identities/${identityId}/dkim-keys`]: { status: 201, body: identity },
    });
    expect(keyed).toMatchObject({
      code: 0,
      body: { selector: 's1' },
      out: expect.stringContaining(zoneLine),
    });
    expect((await sluice(`identity show ${identityId}`)).out).toContain(zoneLine);
    expect((await sluice('identity list')).out).toMatch(
      /Sales +Sales team <sales@example.com> +example.com +example.org/,
    );
    const removed = await sluice('identity remove Sales', {
      [`DELETE /v1/identities/${identityId}`]: { status: 204 },
    });
    expect(removed).toMatchObject({ code: 0, out: 'Sales is removed.\n' });
  });
});

describe('sluice signature', () => {
  test('create, change, show, list and remove', async () => {
    const path = `/v1/signatures/${signatureId}`;
    const routes = {
      'POST /v1/signatures': { status: 201, body: signature },
      [`PATCH ${path}`]: { body: signature },
      [`DELETE ${path}`]: { status: 204 },
    };
    const made = await sluice('signature create IT --html mail.html --text mail.txt', routes);
    expect(made.body).toEqual({ name: 'IT', html: '<p>Hi</p>', text: 'Hi' });
    expect(made.out).toBe(`${signatureId}\nIT:\n  IT\n  Help\n`);
    expect((await sluice('signature change it --name New', routes)).body).toEqual({ name: 'New' });
    expect((await sluice('signature show IT')).out).toBe('IT:\n  IT\n  Help\n');
    expect((await sluice('signature list')).out).toMatch(/IT +IT \/ Help/);
    expect((await sluice('signature remove IT', routes)).out).toBe('IT is removed.\n');
    expect(await sluice('signature create IT')).toMatchObject({ code: 2, body: null });
  });
});

describe('sluice campaign create', () => {
  const routes = { 'POST /v1/campaigns': { status: 201, body: sampleCampaign({ state: 'draft' }) } };
  const start = 'campaign create --name N --pace 50/20m';

  test.each([
    ['--template "Monthly @home"', { template: templateId }],
    ['--template "Monthly @home@2"', { template: templateId, version: 2 }],
  ])('takes %s by its name, with identity and signature', async (words, content) => {
    const { code, body } = await sluice(`${start} ${words} --identity sales --signature it`, routes);
    expect({ code, body }).toMatchObject({
      code: 0,
      body: { content, identity: { id: identityId }, signature: signatureId },
    });
  });

  test('takes a text to be wrapped', async () => {
    const { body } = await sluice(
      `${start} --subject S --text mail.txt --wrap --from "IT <it@example.com>"`,
      routes,
    );
    expect(body).toMatchObject({ content: { subject: 'S', text: 'Hi', wrap: true } });
    expect(body).not.toHaveProperty('signature');
  });

  test.each([
    ['--template "Monthly @home" --subject S --identity Sales', 'not by both'],
    ['--template "Monthly @home" --identity Sales --reply-to a@example.com', 'not by both'],
    ['--template "Monthly @home"', '--from or --identity'],
  ])('with %s is a wrong usage', async (words, said) => {
    expect(await sluice(`${start} ${words}`, routes)).toMatchObject({
      code: 2,
      body: null,
      err: expect.stringContaining(said),
    });
  });
});
