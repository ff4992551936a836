import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../cli/run.ts';
import { sampleCampaign, sampleId, countsOf } from './campaign/sample.ts';
import { fakeSurroundings, type FakeSurroundings } from './fake-surroundings.ts';
import { problem, scriptedApi, type Route, type ScriptedApi } from './scripted-api.ts';

const path = `/v1/campaigns/${sampleId}`;

/** A command line against a scripted server; the key file is where `sluice up` keeps it. */
async function sluice(
  words: string,
  routes: Record<string, Route> = {},
  at: FakeSurroundings = fakeSurroundings(),
) {
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const api = await scriptedApi(routes);
  const code = await run([...split(words), '--server', api.url], at);
  return { code, api, ...at.written };
}

function split(words: string): string[] {
  return [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function bodyOf(api: ScriptedApi, index = -1): unknown {
  return JSON.parse(api.seen.at(index)?.body ?? 'null');
}

describe('exit codes', () => {
  it('is 0 for help and names every command', async () => {
    const at = fakeSurroundings();
    expect(await run(['--help'], at)).toBe(0);
    for (const name of ['contacts', 'campaign', 'gate', 'key', 'doctor'])
      expect(at.written.out).toContain(name);
  });

  for (const words of [
    '',
    'nonsense',
    'campaign nonsense',
    'campaign pause',
    'campaign settle x y --as maybe',
    'key create x --role boss',
    'campaign list --state nowhere',
    'campaign list --colour',
  ])
    it(`is 2 for "sluice ${words}"`, async () => {
      const at = fakeSurroundings();
      expect(await run(split(words), at)).toBe(2);
      expect(at.written.err).not.toBe('');
    });

  it('is 2 for a pace that cannot be read, and says how it is written', async () => {
    for (const pace of ['50', '50/20', '50 every 20m', '/20m', '50/']) {
      const { code, err, api } = await sluice(`campaign pace ${sampleId} "${pace}"`);
      expect(code).toBe(2);
      expect(err).toContain('such as 50/20m');
      expect(api.seen).toEqual([]);
    }
    expect((await sluice(`campaign pace ${sampleId} 0/20m`)).err).toContain(
      'to stop sending, pause the campaign',
    );
  });

  it('is 2 for a server address that is none', async () => {
    const at = fakeSurroundings();
    expect(await run(['campaign', 'list', '--server', 'localhost:8080'], at)).toBe(2);
    expect(at.written.err).toContain('--server');
  });

  it('is 3 for a refusal: the detail, each pointer once in words, the request id', async () => {
    const refused = problem(422, 'the body is understood but wrong', [
      { pointer: '/pace/size', detail: 'pace size must be 1–100000 (got 0)' },
      { pointer: '/windows/0/from', detail: 'unknown field' },
      { pointer: '/windows/0/from', detail: 'unknown field' },
    ]);
    const { code, err, out } = await sluice(`campaign start ${sampleId} --yes`, {
      [`PUT ${path}/start`]: refused,
    });
    expect(code).toBe(3);
    expect(out).toBe('');
    expect(err).toBe(
      'error: the body is understood but wrong\n  pace.size: pace size must be 1–100000 (got 0)\n  windows[0].from: unknown field\nrequest r-1\n',
    );
  });

  it('does not repeat a fault that the detail already tells', async () => {
    const told = problem(422, 'name: a name is needed', [{ pointer: '/name', detail: 'a name is needed' }]);
    const { err } = await sluice(`campaign start ${sampleId} --yes`, { [`PUT ${path}/start`]: told });
    expect(err.match(/a name is needed/g)).toHaveLength(1);
    const pointed = problem(422, '/content/mjml: no such tag (and 1 more)', [
      { pointer: '/content/mjml', detail: 'no such tag' },
      { pointer: '/content/text', detail: 'unknown field' },
    ]);
    const more = await sluice(`campaign start ${sampleId} --yes`, { [`PUT ${path}/start`]: pointed });
    expect(more.err.match(/no such tag/g)).toHaveLength(1);
    expect(more.err).toContain('content.text: unknown field');
  });

  it('is 3 without a good key, and says where the key was looked for', async () => {
    const { code, err } = await sluice('campaign list', {
      'GET /v1/campaigns': problem(401, 'the key is not known'),
    });
    expect(code).toBe(3);
    expect(err).toContain('api-key');
    expect(err).toContain('--key-file');
  });

  it('is 4 when there is no such thing', async () => {
    const { code, err } = await sluice(`campaign show ${sampleId}`);
    expect(code).toBe(4);
    expect(err).toContain('there is nothing at');
  });

  it('is 5 when nothing listens, and says how to start', async () => {
    const at = fakeSurroundings();
    const gone = await scriptedApi({});
    await gone.stop();
    expect(await run(['campaign', 'list', '--server', gone.url], at)).toBe(5);
    expect(at.written.err).toContain(`nothing answers at ${gone.url} (connection refused)`);
    expect(at.written.err).toContain('npm start');
  });

  it('is 5 when Temporal or the database is away', async () => {
    const { code } = await sluice(`campaign start ${sampleId} --yes`, {
      [`PUT ${path}/start`]: problem(503, 'Temporal is away'),
    });
    expect(code).toBe(5);
  });

  it('is 5 when something else than Sluice answers', async () => {
    const page = { type: 'text/html', body: '<html>' };
    const { code, err } = await sluice('campaign list', { 'GET /v1/campaigns': page });
    expect(code).toBe(5);
    expect(err).toContain('not as Sluice does');
  });

  it('gives an error as one JSON object with --json', async () => {
    const { code, err, out } = await sluice(`campaign show ${sampleId} --json`);
    expect(code).toBe(4);
    expect(out).toBe('');
    expect(JSON.parse(err)).toMatchObject({ status: 404, exitCode: 4, instance: 'r-404' });
  });
});

describe('the server and the key', () => {
  it('finds the key in the data folder and the address of the running stack', async () => {
    const at = fakeSurroundings();
    const api = await scriptedApi({ 'GET /v1/main-gate': { body: { open: true, reason: null } } });
    writeFileSync(join(at.folder, 'api-key'), 'slk_data\n');
    writeFileSync(join(at.folder, 'stack.json'), JSON.stringify({ api: api.url }));
    expect(await run(['gate', 'show'], at)).toBe(0);
    expect(api.seen[0]?.headers.authorization).toBe('Bearer slk_data');
  });

  it('takes --key-file before the data folder, SLUICE_HTTP before the running stack', async () => {
    const api = await scriptedApi({ 'GET /v1/main-gate': { body: { open: true, reason: null } } });
    const at = fakeSurroundings({ env: { SLUICE_HTTP: new URL(api.url).host } });
    writeFileSync(join(at.folder, 'stack.json'), JSON.stringify({ api: 'http://127.0.0.1:1' }));
    writeFileSync(join(at.folder, 'mine'), 'slk_mine');
    expect(await run(['gate', 'show', '--key-file', 'mine'], at)).toBe(0);
    expect(api.seen[0]?.headers.authorization).toBe('Bearer slk_mine');
  });
});

describe('campaigns', () => {
  const draft = sampleCampaign({ state: 'draft', next: null, counts: countsOf({}) });

  it('are made from options; files are read, the pace is split', async () => {
    const at = fakeSurroundings();
    writeFileSync(join(at.folder, 'mail.mjml'), '<mjml></mjml>');
    const words =
      'campaign create --name N --subject S --mjml mail.mjml --from "IT department <it@example.com>" --reply-to help@example.com --pace 50/90m --time-zone Europe/Berlin';
    const { code, out, api } = await sluice(
      words,
      { 'POST /v1/campaigns': { status: 201, body: draft } },
      at,
    );
    expect(code).toBe(0);
    expect(bodyOf(api)).toEqual({
      audience: { all: true },
      name: 'N',
      identity: { name: 'IT department', address: 'it@example.com', replyTo: 'help@example.com' },
      content: { subject: 'S', mjml: '<mjml></mjml>' },
      pace: { size: 50, every: '1h30m' },
      timeZone: 'Europe/Berlin',
    });
    expect(out).toContain('sluice campaign start 0c8f2b58');
  });

  it('are made from a file whose fields options replace', async () => {
    const at = fakeSurroundings();
    mkdirSync(join(at.folder, 'in'));
    const file = {
      name: 'F',
      audience: { all: true },
      identity: { name: 'A', address: 'a@example.com' },
      content: { subject: 'S', text: 'T' },
      pace: { size: 1, every: '1m' },
    };
    writeFileSync(join(at.folder, 'in', 'campaign.json'), JSON.stringify(file));
    const { api } = await sluice(
      'campaign create --file in/campaign.json --subject Other --pace 2/2m',
      { 'POST /v1/campaigns': { status: 201, body: draft } },
      at,
    );
    expect(bodyOf(api)).toEqual({
      ...file,
      content: { subject: 'Other', text: 'T' },
      pace: { size: 2, every: '2m' },
    });
  });

  it('name every missing part at once', async () => {
    const { code, err, api } = await sluice('campaign create --name N');
    expect(code).toBe(2);
    expect(err).toContain('--from');
    expect(err).toContain('--pace');
    expect(err).toContain('--mjml');
    expect(api.seen).toEqual([]);
  });

  it('are named by the beginning of their id when only one fits', async () => {
    const other = sampleCampaign({ id: '0c8faaaa-9a53-4c0c-a4a2-0d0d7fd6a7b1' });
    const list = { body: { items: [sampleCampaign(), other], next: null } };
    const routes = { 'GET /v1/campaigns': list, [`GET ${path}`]: { body: sampleCampaign() } };
    expect((await sluice('campaign show 0c8f2', routes)).code).toBe(0);
    const ambiguous = await sluice('campaign show 0c8f', routes);
    expect(ambiguous.code).toBe(2);
    expect(ambiguous.err).toContain('2 campaigns begin with 0c8f');
    expect((await sluice('campaign show ffff', routes)).code).toBe(4);
    expect((await sluice('campaign show 0c8', routes)).code).toBe(2);
  });

  it('say with --json exactly what the API said', async () => {
    const body = { ...sampleCampaign(), somethingNew: [1] };
    const { out } = await sluice(`campaign show ${sampleId} --json`, { [`GET ${path}`]: { body } });
    expect(JSON.parse(out)).toEqual(body);
  });

  it('say how many mails are in flight when they are paused', async () => {
    const body = {
      state: 'paused',
      pausedAt: '2026-12-01T13:00:00Z',
      by: 'anna',
      reason: 'busy',
      inFlight: 12,
    };
    const { out, api } = await sluice(`campaign pause ${sampleId} --reason busy`, {
      [`PUT ${path}/pause`]: { body },
    });
    expect(out).toContain('12 mails were in flight; at most these still leave');
    expect(bodyOf(api)).toEqual({ reason: 'busy' });
  });

  it('are resumed with reason and acknowledgement in the query', async () => {
    const { api } = await sluice(`campaign resume ${sampleId} --acknowledge --reason "login mended"`, {
      [`DELETE ${path}/pause`]: { body: sampleCampaign() },
    });
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
      acknowledge: 'true',
      reason: 'login mended',
    });
  });

  it('say how a hold is left from here', async () => {
    const detail = 'the campaign is held; resume with acknowledge=true';
    const body = { type: '/problems/needs-acknowledgement', title: 'Held', status: 409, detail };
    const { code, err } = await sluice(`campaign resume ${sampleId}`, {
      [`DELETE ${path}/pause`]: { status: 409, body },
    });
    expect(code).toBe(3);
    expect(err).toContain('sluice campaign resume ID --acknowledge');
  });

  it('are cancelled only after a yes, with the numbers in the question', async () => {
    const routes = {
      [`GET ${path}`]: { body: sampleCampaign() },
      [`PUT ${path}/cancellation`]: { body: sampleCampaign({ state: 'cancelling' }) },
    };
    const no = await sluice(
      `campaign cancel ${sampleId}`,
      routes,
      fakeSurroundings({ terminal: true, answers: ['no'] }),
    );
    expect(no.code).toBe(3);
    expect(no.err).toContain('300 are sent; 688 people will not get this mail');
    expect(no.api.seen.map(({ method }) => method)).toEqual(['GET']);
    const yes = await sluice(
      `campaign cancel ${sampleId}`,
      routes,
      fakeSurroundings({ terminal: true, answers: ['y'] }),
    );
    expect(yes.code).toBe(0);
    const nobody = await sluice(`campaign cancel ${sampleId}`, routes);
    expect(nobody.code).toBe(2);
    expect(nobody.err).toContain('--yes');
    expect((await sluice(`campaign cancel ${sampleId} --yes`, routes)).code).toBe(0);
  });
});

describe('colour', () => {
  const list = { 'GET /v1/main-gate': problem(403, 'no') };
  it('is used on a terminal and never with NO_COLOR', async () => {
    expect((await sluice('gate show', list, fakeSurroundings({ terminal: true }))).err).toContain(
      '\u001b[31m',
    );
    expect(
      (await sluice('gate show', list, fakeSurroundings({ terminal: true, env: { NO_COLOR: '1' } }))).err,
    ).not.toContain('\u001b');
    expect((await sluice('gate show', list)).err).not.toContain('\u001b');
  });
});
