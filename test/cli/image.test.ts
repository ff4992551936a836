import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleCampaign } from './campaign/sample.ts';
import { problem } from './scripted-api.ts';
import { sluice } from './sluice.ts';

const logo = {
  id: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b2',
  name: 'logo.png',
  type: 'image/png',
  size: 1_234,
  sha256: 'ab'.repeat(32),
  url: null,
  addedBy: 'anna',
  addedAt: '2026-11-01T07:00:00Z',
};

describe('sluice image', () => {
  it('stores a picture under its name and says how a mail shows it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-image-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'logo.png');
    writeFileSync(file, 'bytes');
    const { out, api } = await sluice(`image add ${file}`, {
      'POST /v1/images': { status: 201, body: logo },
    });
    expect(out).toContain('image:logo.png');
    expect(api.seen.at(-1)).toMatchObject({ body: 'bytes' });
    expect(api.seen.at(-1)?.query.get('name')).toBe('logo.png');
    const refused = { 'POST /v1/images': problem(422, 'this is no png, jpeg, gif or webp') };
    expect(await sluice(`image add ${file} --name x.png`, refused)).toMatchObject({ code: 3 });
    expect(await sluice('image add nothing.png')).toMatchObject({ code: 2 });
  });

  it('lists pictures and removes one by its name', async () => {
    const list = { 'GET /v1/images': { body: { items: [logo], next: null } } };
    expect((await sluice('image list', list)).out).toMatch(/logo\.png +image\/png +1,234/);
    const routes = { ...list, [`DELETE /v1/images/${logo.id}`]: { body: {} } };
    expect(await sluice('image remove logo.png', routes)).toMatchObject({
      code: 0,
      out: 'logo.png is removed.\n',
    });
    expect(await sluice('image remove other.png', routes)).toMatchObject({ code: 4 });
  });
});

it('a campaign that leaves no activities says so to the API', async () => {
  const text = join(mkdtempSync(join(tmpdir(), 'sluice-image-')), 'mail.txt');
  onTestFinished(() => rmSync(dirname(text), { recursive: true, force: true }));
  writeFileSync(text, 'Hello');
  const { api } = await sluice(
    `campaign create --name X --from "IT <it@example.com>" --subject S --text ${text} --pace 1/1m --do-not-log`,
    { 'POST /v1/campaigns': { status: 201, body: sampleCampaign({ state: 'draft' }) } },
  );
  expect(JSON.parse(api.seen.find(({ method }) => method === 'POST')?.body ?? '{}')).toMatchObject({
    logActivity: false,
  });
});
