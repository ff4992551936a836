import { expect, test } from 'vitest';
import { insertDesk } from '../../db/desks.ts';
import { createCalendar, weekdays, type SendingWindow } from '../../domain/calendar.ts';
import type { PlayedCampaign } from './played-campaign.ts';
import { SimulatedHelpdesk } from './simulated-helpdesk.ts';
import { useStage, type Play } from './stage.ts';

/**
 * The scenario of docs/it-upgrade.md in virtual time: the date is announced to everybody at once; from the upgrade on 1,000 people
 * get their instructions, 50 every 20 minutes in working hours and no more than a helpdesk of six can cope with; two days after
 * the last ones a reminder goes to those who have not answered.
 */
const stage = useStage();
const minute = 60_000;
const day = 86_400_000;
const timeZone = 'Europe/Berlin';
const windows: SendingWindow[] = [{ days: weekdays.slice(0, 5), from: '08:00', to: '17:00' }];
const hours = createCalendar({ timeZone, windows, holidays: [] });
const people = 1_000;
const capacity = 12;

test('the IT upgrade: announcement, instructions as the helpdesk can cope, reminder to those who have not answered', async () => {
  const play = await stage.open({ contacts: people });
  const upgradeAt = await nextOpening(play);
  const desk = await insertDesk(play.db, { name: 'Helpdesk', capacity, timeZone, windows }, 'anna');
  if (desk === 'taken') throw new Error('the database is new');

  const announcement = await play.start({ size: 500, gapMs: minute, content: mail('The date') });
  const instructions = await play.start({
    size: 50,
    gapMs: 20 * minute,
    startAt: new Date(upgradeAt),
    timeZone,
    windows,
    capacity: { desk: desk.id, rate: 0.2, delayMs: 20 * minute, handlingMs: 15 * minute },
    content: mail('The instructions'),
  });
  const reminder = await play.start({
    size: 50,
    gapMs: 20 * minute,
    timeZone,
    windows,
    follows: { campaignId: instructions.id, afterMs: 2 * day, only: 'notResponded' },
    content: mail('The reminder'),
  });

  await announcement.end();
  expect(play.peer.accepted).toHaveLength(people);
  expect((await announcement.attempts()).map(({ size }) => size)).toEqual([500, 500]);

  const helpdesk = new SimulatedHelpdesk({ play, campaign: instructions, hours, staff: 6, seed: 20_261_205 });
  const endedAt = await playUntilSent(play, instructions, helpdesk, upgradeAt);
  const beforeReminder = play.peer.accepted.length;
  // Those who answer within the two days need no reminder.
  await playUntil(play, helpdesk, endedAt + 2 * day - 5 * minute, 12 * 60 * minute);
  const answered = new Set(helpdesk.answered());
  await reminder.end();

  const starts = (await instructions.attempts()).map(({ at }) => at);
  expect(starts[0]).toBeGreaterThanOrEqual(upgradeAt);
  expect(starts[0]).toBeLessThan(upgradeAt + minute);
  expect(starts.filter((at) => hours.opensAt(at) !== at)).toEqual([]);
  expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(20 * minute);
  expect(await instructions.counts()).toEqual({ total: people, sent: people });

  const above = helpdesk.levels.filter((open) => open > capacity).length / helpdesk.levels.length;
  expect(helpdesk.callers()).toBeGreaterThan(200);
  // What happened since the last look is not known here, and nobody tells the campaign to plan again: the bound of 5 % is that of
  // test/domain/capacity-simulation.test.ts.
  expect(above).toBeLessThan(0.1);

  const reminded = play.peer.accepted.slice(beforeReminder).map(({ to }) => to);
  expect(new Set(reminded).size).toBe(people - answered.size);
  expect(reminded.filter((to) => answered.has(to))).toEqual([]);
  const [reminderAt = 0] = (await reminder.attempts()).map(({ at }) => at);
  expect(reminderAt).toBeGreaterThanOrEqual(endedAt + 2 * day);
  expect(hours.opensAt(reminderAt)).toBe(reminderAt);
  await print([
    ['announcement', announcement, ''],
    [
      'instructions',
      instructions,
      `at most ${Math.max(...helpdesk.levels)} of ${capacity} open, above it ${(above * 100).toFixed(1)} % of the time`,
    ],
    ['reminder', reminder, `${answered.size} had answered`],
  ]);
}, 240_000);

/** The next morning at which the helpdesk opens, a day from now at the earliest: the upgrade. */
async function nextOpening(play: Play): Promise<number> {
  const tomorrow = (await play.env.currentTimeMs()) + day;
  return hours.opensAt(Math.max(hours.closesAt(hours.opensAt(tomorrow)), tomorrow));
}

const lookEvery = 10 * minute;
/**
 * Looks lie beside the instants at which batches are due, and nobody sends `replan`: after some dozens of signals the time-skipping
 * server stood still for ever with a workflow task that neither ended nor timed out.
 */
const besideGrid = 3 * minute;

/** Lets people answer until the campaign has handed over its last mail. @returns when it ended. */
async function playUntilSent(
  play: Play,
  campaign: PlayedCampaign,
  helpdesk: SimulatedHelpdesk,
  from: number,
): Promise<number> {
  let at = from + besideGrid - lookEvery;
  while ((await campaign.state()) !== 'finished') {
    expect(at, 'the mailing takes more than a week').toBeLessThan(from + 7 * day);
    const next = at + lookEvery;
    at = hours.opensAt(next) === next ? next : hours.opensAt(next) + besideGrid;
    await passTo(play, at);
    await helpdesk.report(at);
  }
  const ended = await play.db
    .selectFrom('campaign')
    .select('ended_at')
    .where('id', '=', campaign.id)
    .executeTakeFirstOrThrow();
  return ended.ended_at?.getTime() ?? at;
}

async function playUntil(play: Play, helpdesk: SimulatedHelpdesk, end: number, step: number): Promise<void> {
  for (let at = await play.env.currentTimeMs(); at < end;) {
    at = Math.min(at + step, end);
    await passTo(play, at);
    await helpdesk.report(at);
  }
}

async function passTo(play: Play, at: number): Promise<void> {
  await play.env.sleep(Math.max(0, at - (await play.env.currentTimeMs())));
}

function gaps(starts: readonly number[]): number[] {
  return starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
}

function mail(subject: string) {
  return { subject, text: 'Dear {{ contact.firstName }},\nplease read this.\n' };
}

async function print(rows: readonly (readonly [string, PlayedCampaign, string])[]): Promise<void> {
  const when = (at: number): string =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    }).format(at);
  const lines = await Promise.all(
    rows.map(async ([name, campaign, remark]) => {
      const starts = (await campaign.attempts()).map(({ at }) => at);
      const { sent = 0 } = await campaign.counts();
      const span = `${when(starts[0] ?? 0)} – ${when(starts.at(-1) ?? 0)}`;
      return `${name.padEnd(13)} ${String(sent).padStart(5)} mails ${String(starts.length).padStart(4)} batches  ${span}  ${remark}`;
    }),
  );
  console.log(lines.join('\n'));
}
