import type { Command } from 'commander';
import type { Campaign, PaceChanged, Paused } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { confirm } from '../confirm.ts';
import { Failure, usage } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { sayPace } from './pace-text.ts';
import { paceWritings, readPaceOptions } from './plan-options.ts';
import { nextSentence, stateSentence } from './state-words.ts';
import { tryPace } from './try-pace.ts';

interface ActOptions extends CommonOptions {
  readonly reason?: string;
  readonly acknowledge?: boolean;
  readonly yes?: boolean;
  readonly until?: string;
  readonly undo?: boolean;
}

interface PaceOptions extends ActOptions {
  readonly ramp?: string;
  readonly jitter?: string;
  readonly dryRun?: boolean;
}

/** pause, resume, pace, cancel: what an operator can do with a campaign that was started. */
export function addControlCommands(campaign: Command, surroundings: Surroundings): void {
  actCommand(campaign, 'pause <id>', 'stop handing over mails now; what is in flight is counted')
    .option(
      '--until <instant>',
      'go on by itself then, such as 2026-12-01T08:00:00+01:00; "never" takes that back',
    )
    .action(async (typed: string, options: ActOptions) => pause(typed, options, surroundings));
  actCommand(campaign, 'resume <id>', 'go on where it was paused or held')
    .option('--acknowledge', 'needed after a hold: its cause has been looked at')
    .action(async (typed: string, options: ActOptions) => resume(typed, options, surroundings));
  actCommand(campaign, 'pace <id> [pace]', `change the pace at once, ${paceWritings}`)
    .option('--ramp <from x factor>', 'begin with smaller batches, such as 10x2')
    .option('--jitter <share>', 'lengthen each gap by up to this share of it, such as 10%')
    .option('--undo', 'take the last pace change back')
    .option('--dry-run', "show today's finish and the new one side by side; change nothing")
    .action(async (typed: string, pace: string | undefined, options: PaceOptions) =>
      options.dryRun === true
        ? tryPace(typed, readTried(pace, options), options, surroundings)
        : changePace(typed, pace, options, surroundings),
    );
  actCommand(
    campaign,
    'reschedule <id> <instant>',
    'move the start of a scheduled campaign, such as 2026-12-01T08:00:00+01:00; it then waits for no other one',
  ).action(async (typed: string, startAt: string, options: ActOptions) =>
    reschedule(typed, startAt, options, surroundings),
  );
  actCommand(campaign, 'cancel <id>', 'stop for good: what was not handed over is never sent')
    .option('--yes', 'do not ask')
    .action(async (typed: string, options: ActOptions) => cancel(typed, options, surroundings));
}

function actCommand(campaign: Command, spec: string, description: string): Command {
  return apiCommand(campaign, spec, description).option('--reason <text>', 'why; kept in the history');
}

async function pause(typed: string, options: ActOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const body = { ...reasonOf(options), ...endOf(options) };
  const paused = await session.api.send<Paused>('PUT', `/v1/campaigns/${id}/pause`, { body });
  session.answer(paused, () => [
    paused.inFlight === 0
      ? 'Paused. Nothing was in flight: no mail leaves any more.'
      : `Paused. ${plural(paused.inFlight, 'mail was', 'mails were')} in flight; at most these still leave.`,
    paused.resumeAt === null
      ? `go on: sluice campaign resume ${id.slice(0, 8)}`
      : `goes on by itself at ${paused.resumeAt}; earlier: sluice campaign resume ${id.slice(0, 8)}`,
  ]);
}

async function resume(typed: string, options: ActOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const query = { ...reasonOf(options), ...(options.acknowledge === true ? { acknowledge: 'true' } : {}) };
  const resumed = await session.api.send<Campaign>('DELETE', `/v1/campaigns/${id}/pause`, { query });
  const now = surroundings.now();
  session.answer(resumed, () => [
    `Resumed. ${stateSentence(resumed, now)}`,
    ...(resumed.next === null ? [] : [`next: ${nextSentence(resumed.next, resumed.timeZone, now)}`]),
  ]);
}

async function reschedule(
  typed: string,
  startAt: string,
  options: ActOptions,
  surroundings: Surroundings,
): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const body = { startAt, ...reasonOf(options) };
  const moved = await session.api.send<Campaign>('PUT', `/v1/campaigns/${id}/schedule`, { body });
  session.answer(moved, () => [stateSentence(moved, surroundings.now())]);
}

async function changePace(
  typed: string,
  text: string | undefined,
  options: PaceOptions,
  surroundings: Surroundings,
): Promise<void> {
  const undo = options.undo === true;
  if (undo === (text !== undefined)) throw usage('give either a pace, such as 100/10m, or --undo');
  const wanted = readPaceOptions({ ...options, pace: text }) ?? null;
  const session = openSession(options, surroundings);
  const path = `/v1/campaigns/${await findCampaignId(session.api, typed)}/pace`;
  const changed = await (wanted === null
    ? session.api.send<PaceChanged>('DELETE', path, { query: reasonOf(options) })
    : session.api.send<PaceChanged>('PUT', path, { body: { ...wanted, ...reasonOf(options) } }));
  session.answer(changed, () => [
    `Pace: ${sayPace(changed.previous)} → ${sayPace(changed.pace)}`,
    ...(changed.next === null ? [] : [`next: ${nextSentence(changed.next, 'UTC', surroundings.now())}`]),
  ]);
}

async function cancel(typed: string, options: ActOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const { counts, name } = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
  const open = counts.planned + counts.deferred;
  const question = `Stop "${clean(name)}" for good? ${count(counts.sent)} are sent; ${plural(open, 'person', 'people')} will not get this mail, and that cannot be taken back.`;
  if (!(await confirm(question, options.yes === true, surroundings)))
    throw new Failure(3, 'nothing was done: not confirmed');
  const body = reasonOf(options);
  const cancelled = await session.api.send<Campaign>('PUT', `/v1/campaigns/${id}/cancellation`, { body });
  session.answer(cancelled, () => [stateSentence(cancelled, surroundings.now())]);
}

/** A dry run tries a pace: nothing is taken back by it. */
function readTried(pace: string | undefined, { undo }: ActOptions): string {
  if (pace === undefined || undo === true)
    throw usage('--dry-run shows what a pace would do: give one, such as 100/10m, and leave --undo out');
  return pace;
}

function endOf({ until }: ActOptions): { readonly resumeAt?: string | null } {
  if (until === undefined) return {};
  return { resumeAt: until === 'never' ? null : until };
}

function reasonOf({ reason }: ActOptions): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
