import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { Campaign } from '../../../cli/answers.ts';
import { run } from '../../../cli/run.ts';
import { until } from '../../../embedded/until.ts';
import { fakeSurroundings } from '../fake-surroundings.ts';
import { sampleId, sampleNow } from './sample.ts';
import { steeredCampaign } from './steered-campaign.ts';

const path = `/v1/campaigns/${sampleId}`;
const enter = '\r';

/** The control room of the steered campaign, by keys and by what the last frame shows. */
async function room(first: Partial<Campaign> = {}) {
  const server = await steeredCampaign(sampleNow, first);
  const at = fakeSurroundings({ terminal: true, now: () => sampleNow });
  at.resize(80, 60);
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  const frame = (): string => stripVTControlCharacters(at.written.out.split('\u001b[?2026h').at(-1) ?? '');
  const shows = async (wanted: string): Promise<void> => {
    await until(
      () => frame().includes(wanted),
      10_000,
      () => `never shown: ${wanted}\n${frame()}`,
    );
  };
  await shows('● live');
  const leave = async (): Promise<number> => {
    at.press('q');
    return await done;
  };
  return { ...server, at, done, frame, shows, press: at.press, leave };
}

it('pauses with the version that was seen; the state word waits for the server', async () => {
  const { campaign, commands, frame, leave, press, shows, withhold } = await room();
  const answer = withhold();
  press(`pdesk is full${enter}`);
  await shows('▶ running · pausing…');
  expect(campaign().state).toBe('running');
  await answer();
  await shows('‖ paused');
  await shows('✓ Paused; 3 mails in flight may still leave.');
  expect(frame()).not.toContain('pausing');
  const [sent] = commands();
  expect(sent).toMatchObject({ method: 'PUT', path: `${path}/pause` });
  expect(sent?.headers['if-match']).toBe('"3"');
  expect(JSON.parse(sent?.body ?? '')).toEqual({ reason: 'desk is full' });
  press('r');
  await shows('▶ running');
  expect(commands()[1]?.headers['if-match']).toBe('"4"');
  expect(await leave()).toBe(0);
});

it('does not fall back to an answer that was asked for before the command came into force', async () => {
  const { api, campaign, change, frame, leave, press, shows } = await room();
  const before = campaign();
  press(`p${enter}`);
  await shows('‖ paused');
  api.routes[`GET ${path}`] = { body: before };
  const asked = api.seen.length;
  change({});
  const readAgain = (): boolean => api.seen.slice(asked).filter((seen) => seen.path === path).length > 1;
  await until(
    () => {
      change({});
      return readAgain();
    },
    10_000,
    () => 'the campaign was not read again',
    600,
  );
  expect(frame()).toContain('‖ paused');
  await leave();
});

it('shows both finishes before a pace is applied, and applies the one that is shown', async () => {
  const { commands, frame, leave, press, shows } = await room();
  press('+++');
  await shows('65 every 20 min');
  await shows('1 h earlier');
  const finish = /finish +(\S+) +(\S+)/.exec(frame());
  expect(finish?.slice(1)).toEqual(['18:40', '17:40']);
  expect(commands()).toEqual([]);
  press(enter);
  await shows('✓ Pace: 50 every 20 min → 65 every 20 min');
  await shows('Sending 65 every 20 min');
  expect(JSON.parse(commands()[0]?.body ?? '')).toEqual({ size: 65, every: '20m' });
  await leave();
});

it('drops a pace by Esc: nothing was sent', async () => {
  const { commands, frame, leave, press, shows } = await room();
  press('-');
  await shows('45 every 20 min');
  await shows('later');
  press('\u001b');
  await shows('Last acts');
  expect(frame()).not.toContain('Try a pace');
  await leave();
  expect(commands()).toEqual([]);
});

it('says who changed the campaign when a command comes too late, and shows the state as it is', async () => {
  const { actAs, leave, press, shows, withhold } = await room();
  // Somebody else is quicker: the command is on its way when the campaign changes.
  const answer = withhold();
  press(`p${enter}`);
  await shows('pausing…');
  const pause = {
    at: sampleNow.toISOString(),
    by: 'bob',
    reason: null,
    inFlight: 0,
    settledAt: null,
    resumeAt: null,
  };
  actAs('bob', { state: 'paused', pause });
  await answer();
  await shows('not done: bob changed the campaign at 14:13:48 (running → paused)');
  await shows('‖ paused');
  await leave();
});

it('names the cause of a hold before it acknowledges it', async () => {
  const pause = {
    at: '2026-12-01T13:10:00Z',
    by: 'guard:relay',
    reason: 'loginRefused',
    inFlight: 0,
    settledAt: null,
    resumeAt: null,
  };
  const { commands, leave, press, shows } = await room({ state: 'held', pause });
  press('r');
  await shows('Resume? Held by guard:relay at 14:10:00 Europe/Berlin');
  expect(commands()).toEqual([]);
  press(enter);
  await shows('▶ running');
  expect(commands()[0]?.query.get('acknowledge')).toBe('true');
  await leave();
});

it('tells a refusal in the words of the server, in one place', async () => {
  const { api, frame, leave, press, shows } = await room();
  const refused = { type: '/problems/forbidden', title: 'No', status: 403, detail: 'a viewer only reads' };
  api.routes[`PUT ${path}/pause`] = { status: 403, body: refused };
  press(`p${enter}`);
  await shows('! a viewer only reads');
  expect(frame().match(/a viewer only reads/g)).toHaveLength(1);
  expect(frame()).toContain('▶ running');
  await leave();
});

it('tells when a server cannot take a pace change back or has no forecast, and goes on', async () => {
  const { api, leave, press, shows } = await room();
  press(`u${enter}`);
  await shows('this server cannot take a pace change back');
  const gone = { type: '/problems/not-found', title: 'No', status: 404, detail: 'there is nothing' };
  api.routes[`GET ${path}/forecast`] = { status: 404, body: gone };
  press('+');
  await shows('this server has no forecast');
  await leave();
});

it('shows what it has when the server has no forecast', async () => {
  const server = await steeredCampaign(sampleNow);
  delete server.api.routes[`GET ${path}/forecast`];
  const at = fakeSurroundings({ terminal: true, now: () => sampleNow });
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  await until(
    () => at.written.out.includes('● live'),
    10_000,
    () => 'nothing was shown',
  );
  server.change({ name: 'Another name' });
  await until(
    () => at.written.out.includes('Another name'),
    10_000,
    () => 'no refresh was shown',
  );
  at.press('q');
  expect(await done).toBe(0);
  const shown = stripVTControlCharacters(at.written.out);
  expect(shown).toContain('▲ now');
  expect(shown).not.toContain('Finish');
  // Asked once, then never again.
  expect(server.api.seen.filter(({ path }) => path.endsWith('/forecast'))).toHaveLength(1);
});

it('shows everything else while a forecast takes its time, and the forecast when it is there', async () => {
  const server = await steeredCampaign(sampleNow);
  const forecast = server.api.routes[`GET ${path}/forecast`];
  let answer = (): void => undefined;
  server.api.routes[`GET ${path}/forecast`] = (seen, response) => {
    answer = () => {
      const { body } = typeof forecast === 'function' ? (forecast(seen, response) ?? {}) : {};
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    return undefined;
  };
  const at = fakeSurroundings({ terminal: true, now: () => sampleNow });
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  const shows = (wanted: string): Promise<unknown> =>
    until(
      () => at.written.out.includes(wanted),
      10_000,
      () => `never shown: ${wanted}`,
    );
  await shows('312 of 1,000');
  expect(at.written.out).not.toContain('batches to come');
  answer();
  await shows('14 batches to come');
  at.press('q');
  expect(await done).toBe(0);
});

it('tells what became of a command that was under way when the operator left', async () => {
  const { at, done, press, shows, withhold } = await room();
  const answer = withhold();
  press(`p${enter}`);
  await shows('pausing…');
  press('q');
  await answer();
  expect(await done).toBe(0);
  const after = at.written.out.slice(at.written.out.lastIndexOf('\u001b[?1049l'));
  expect(after).toContain('Paused; 3 mails in flight may still leave.');
  expect(after).toContain('Paused by me');
});

it('writes nothing when nothing changed', async () => {
  const { at, leave, press, shows } = await room();
  press('x');
  await shows('? shows the keys');
  const written = at.written.out.length;
  press('x');
  expect(at.written.out.length).toBe(written);
  await leave();
});
