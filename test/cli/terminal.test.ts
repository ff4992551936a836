import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { columnsOf } from '../../cli/terminal-text.ts';
import { root } from '../house/support.ts';
import { findTmux, openTerminal, type Terminal, type Tmux } from '../support/tmux.ts';
import { sampleId } from './campaign/sample.ts';
import { steeredCampaign, type SteeredCampaign } from './campaign/steered-campaign.ts';

let tmux: Tmux | null = null;
let folder = '';

beforeAll(async () => {
  const found = await findTmux();
  if ('missing' in found) process.stdout.write(`skipped: the real terminal (${found.missing})\n`);
  else tmux = found;
  folder = mkdtempSync(join(tmpdir(), 'sluice-terminal-'));
  writeFileSync(join(folder, 'key'), 'slk_test\n', { mode: 0o600 });
  return () => rmSync(folder, { recursive: true, force: true });
}, 120_000);

/** `sluice campaign watch` as a process of its own in a terminal of this size, following a campaign on a real socket. */
async function watching(columns: number, rows: number, env = ''): Promise<Terminal & SteeredCampaign> {
  if (tmux === null) throw new Error('without tmux these tests are skipped');
  const campaign = await steeredCampaign(new Date());
  const terminal = await openTerminal(tmux, columns, rows);
  onTestFinished(terminal.stop);
  const words = `campaign watch ${sampleId} --server ${campaign.api.url} --key-file ${folder}/key`;
  const watch = `echo $$ > ${folder}/pid; exec "${process.execPath}" "${root}cli/launch.mjs" ${words}`;
  await terminal.type(`echo it was here before; ${env} sh -c '${watch}'`);
  await terminal.press('Enter');
  await terminal.shows(/● live/);
  return { ...campaign, ...terminal };
}

describe('the control room in a real terminal', () => {
  it('pauses, resumes, tries and applies a pace, helps, leaves, and gives the terminal back', async (test) => {
    if (tmux === null) return test.skip();
    const { ask, commands, paste, press, screen, shows, type, withhold } = await watching(80, 24);
    await shows(/Server upgrade on 5 December +▶ running\n/);
    expect(await ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');

    const answer = withhold();
    await type('p');
    await shows(/Pause\? No further mail is handed over/);
    await type('quick ? ');
    await paste('break\nqr');
    await shows(/Reason \(may stay empty\): quick \? {2}break qr▏/);
    await press('Enter');
    await shows(/▶ running · pausing…/);
    await answer();
    await shows(/‖ paused\n/);
    await shows(/✓ Paused; 3 mails in flight may still leave\./);
    expect(JSON.parse(commands()[0]?.body ?? '')).toEqual({ reason: 'quick ?  break qr' });
    await type('r');
    await shows(/▶ running\n/);

    await type('++');
    await shows(/finish +\S+ +\S+/);
    await shows(/60 every 20 min/);
    await shows(/40 min earlier/);
    expect(commands()).toHaveLength(2);
    await press('Enter');
    await shows(/✓ Pace: 50 every 20 min → 60 every 20 min/);
    expect(JSON.parse(commands()[2]?.body ?? '')).toEqual({ size: 60, every: '20m' });

    await type('?');
    await shows(/Keys\n +p +pause/);
    await press('Escape');
    await shows(/Last acts/);
    expect(await screen()).not.toContain('Keys\n');

    await type('q');
    await shows(/it was here before\nServer upgrade on 5 December: Sending 60 every 20 min/);
    expect(await ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    await type('echo "left with $?"; stty -a | tr ";" "\\n" | grep -wo -e "icanon" -e "echo"');
    await press('Enter');
    await shows(/left with 0\nicanon\necho\n/);
  }, 60_000);

  for (const [columns, rows] of [
    [80, 24],
    [60, 20],
  ] as const)
    it(`fits a terminal of ${columns} by ${rows}, with what is tried and said in it`, async (test) => {
      if (tmux === null) return test.skip();
      const { press, shows, type } = await watching(columns, rows);
      const whole = /Server upgrade[^]+▶ running\n[^]+312 of 1,000[^]+▲ now[^]+p pause[^]+● live/;
      expectFits(await shows(whole), columns);
      await type('>');
      const trying =
        /Server upgrade[^]+▲ now[^]+Try a pace[^]+22 min[^]+later[^]+Enter applies {2}Esc drops it/;
      expectFits(await shows(trying), columns);
      await press('Escape');
      await type('?');
      const help = await shows(/Server upgrade[^]+Keys\n[^]+ q +leave[^]+any key closes this/);
      expect(Math.max(...help.split('\n').map(columnsOf))).toBeLessThanOrEqual(columns);
    }, 60_000);

  it('draws anew when the terminal changes its size', async (test) => {
    if (tmux === null) return test.skip();
    const { ask, resize, shows } = await watching(100, 30);
    await resize(60, 20);
    const text = await shows(/Server upgrade on 5 December {23}▶ running\n[^]+● live/);
    expect(await ask('#{pane_width} #{pane_height}')).toBe('60 20');
    expectFits(text, 60);
  }, 60_000);

  it('says the same without colours as with them', async (test) => {
    if (tmux === null) return test.skip();
    const coloured = await watching(80, 24);
    expect(await coloured.painted()).toContain('\u001b[32m');
    const plain = await watching(80, 24, 'NO_COLOR=1');
    expect(await plain.painted()).not.toContain('\u001b[');
    // What tells the time may differ by a second, and be a character longer or shorter by it.
    const still = (text: string): string => text.replaceAll(/\d+/g, '0').replaceAll(/ +/g, ' ');
    expect(still(await plain.screen())).toBe(still(await coloured.screen()));
  }, 60_000);

  for (const [how, end] of [
    ['Ctrl-C is pressed', ({ press }: Terminal) => press('C-c')],
    ['a signal ends it', () => process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGTERM')],
  ] as const)
    it(`gives the terminal back when ${how}`, async (test) => {
      if (tmux === null) return test.skip();
      const terminal = await watching(80, 24);
      await end(terminal);
      await terminal.shows(
        /it was here before\n[^]+the campaign goes on; back to it: sluice campaign watch 0c8f2b58/,
      );
      expect(await terminal.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    }, 60_000);
});

/** Nothing is cut at the right edge, and no line broke into two. */
function expectFits(text: string, columns: number): void {
  const widths = text.split('\n').map(columnsOf);
  expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  const axis = text.split('\n').find((line) => line.includes('○─'));
  expect(columnsOf(axis ?? '')).toBe(columns);
}
