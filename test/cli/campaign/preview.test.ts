import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { findTestBrowser, type Browser } from '../../support/browser.ts';
import { fakeSurroundings } from '../fake-surroundings.ts';
import { scriptedApi, type Route } from '../scripted-api.ts';
import { sampleCampaign, sampleId } from './sample.ts';

const path = `/v1/campaigns/${sampleId}`;
const contactId = '11111111-2222-4333-8444-555555555555';
// What a mail reader would not do: run scripts, fetch pictures of a stranger.
const html = `<html><body style="margin:0;background:#0000ff"><script>document.body.style.background = '#ff0000'</script>
  <img src="http://127.0.0.1:9/pixel.png" alt=""><img src="cid:${'ab'.repeat(16)}@example.com" alt=""><div style="height:1500px;width:100%"></div></body></html>`;
const mail = { subject: 'Hello', html, text: 'Hi', headers: [], sizeBytes: 12, warnings: [] };

let browser: Browser | null = null;
beforeAll(async () => {
  const found = await findTestBrowser();
  if ('missing' in found) process.stdout.write(`skipped: pictures of mails (${found.missing})\n`);
  else browser = found;
}, 120_000);

async function sluice(
  words: readonly string[],
  routes: Record<string, Route> = {},
  env: Browser['env'] = {},
) {
  const at = fakeSurroundings({ env: { PATH: '', ...env } });
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const api = await scriptedApi({
    [`GET ${path}`]: { body: sampleCampaign({ state: 'draft' }) },
    'POST /v1/previews': { body: mail },
    ...routes,
  });
  const code = await run([...words, '--server', api.url], at);
  return { code, folder: at.folder, seen: api.seen, ...at.written };
}

/** Width and height in pixels (PNG: IHDR). */
function sizeOf(file: string): [width: number, height: number] {
  const bytes = readFileSync(file);
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe('sluice preview', () => {
  it('draws the whole mail at desktop and phone width in a real browser; nothing runs and nothing strange is fetched', async (test) => {
    if (browser === null) return test.skip();
    const { program, env } = browser;
    const sha256 = 'ab'.repeat(32);
    const { code, folder, out, err, seen } = await sluice(
      ['preview', sampleId, '--png', 'mail.png', '--browser', program],
      { 'GET /v1/images': { body: { items: [{ sha256, type: 'image/jpeg' }], next: null } } },
      env,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('not loaded in the pictures: http://127.0.0.1:9/pixel.png');
    // What is in the mail is seen in its picture.
    expect(out).not.toContain('cid:');
    expect(seen.map((each) => each.path)).toContain(`/i/${sha256}.jpg`);
    const [width, height] = sizeOf(join(folder, 'mail-desktop.png'));
    expect(width).toBe(800);
    expect(height).toBeGreaterThanOrEqual(1_500);
    const phone = sizeOf(join(folder, 'mail-phone.png'));
    expect(phone[0]).toBe(780);
    expect(phone[1]).toBeGreaterThanOrEqual(3_000);
  }, 60_000);

  it('says what to do on a machine without a browser, before anything is asked', async () => {
    const { code, err, seen, folder } = await sluice(['preview', sampleId, '--png', 'mail']);
    expect(code).toBe(3);
    expect(err).toContain('install Chromium or give --browser PATH');
    expect(seen).toEqual([]);
    expect(existsSync(join(folder, 'mail-desktop.png'))).toBe(false);
    expect((await sluice(['preview', sampleId, '--png', 'x', '--browser', 'nowhere'])).code).toBe(2);
  });

  it('goes from one odd case to the next', async () => {
    const item = {
      contactId,
      email: 'jo@example.com',
      oddities: [
        { code: 'mergeValueMissing', field: 'contact.title', skips: true, text: 'contact.title is empty' },
      ],
    };
    const odd = await sluice(['campaign', 'preview', sampleId, '--odd'], {
      [`GET ${path}/odd-cases`]: { body: { item } },
    });
    expect(odd.out).toContain('To: jo@example.com\n? contact.title is empty\nSubject: Hello');
    expect(JSON.parse(odd.seen.at(-1)?.body ?? '')).toMatchObject({ contactId });
    const none = await sluice(['preview', sampleId, '--odd'], {
      [`GET ${path}/odd-cases`]: { body: { item: null } },
    });
    expect(none.out).toContain('No further recipient');
    expect((await sluice(['preview', sampleId, '--after', 'jo@example.com'])).code).toBe(2);
  });
});

describe('sluice campaign check', () => {
  const finding = {
    code: 'mergeValueMissing',
    field: 'contact.firstName',
    skips: true,
    text: 'contact.firstName is empty',
    count: 12,
  };
  const check = {
    recipients: 1_000,
    skipped: 12,
    findings: [finding],
    warnings: [{ code: 'x', field: null, text: 'too large' }],
  };

  it('says how many would be skipped and why, and shows them when asked', async () => {
    const routes = { [`GET ${path}/content-check`]: { body: check } };
    const { out } = await sluice(['campaign', 'check', sampleId], routes);
    expect(out).toContain(
      '1,000 recipients looked at; 12 would be skipped:\n✗ 12  contact.firstName is empty  [contact.firstName]\n! too large',
    );
    const people = { items: [{ contactId, email: 'jo@example.com' }], next: null };
    const asked = await sluice(['campaign', 'check', sampleId, '--people', 'contact.firstName'], {
      [`GET ${path}/content-check/people`]: { body: people },
    });
    expect(asked.out).toBe('jo@example.com\n');
    expect(Object.fromEntries(asked.seen.at(-1)?.query ?? [])).toMatchObject({
      code: 'mergeValueMissing',
      field: 'contact.firstName',
    });
  });
});
