import type { CampaignState } from '../../domain/campaign-state.ts';
import { deliveryStates, type Counts, type DeliveryState } from '../../domain/delivery-state.ts';
import type { Campaign, NextBatch, Pause } from '../answers.ts';
import { count, plural } from '../numbers.ts';
import type { Style } from '../paint.ts';
import { clean } from '../terminal-text.ts';
import { clock, relative } from '../times.ts';
import { neverOpens } from './closed-spans.ts';
import { waitsFor } from './follows-text.ts';
import { sayPace } from './pace-text.ts';

/** A state by shape, word and colour: never by colour alone. */
export function stateBadge(state: CampaignState): { readonly style: Style; readonly text: string } {
  const [style, icon] = badges[state];
  return { style, text: `${icon} ${state}` };
}

/** What the campaign does now and why, in one sentence. `followed`: the name of the campaign that it follows, when it is known. */
export function stateSentence(campaign: Campaign, now: Date, followed: string | null = null): string {
  const { state, counts, pause, timeZone } = campaign;
  const moment = (instant: string): string => `${clock(instant, timeZone, now)} ${timeZone}`;
  switch (state) {
    case 'draft':
      return 'A draft: nothing is sent before it is started.';
    case 'scheduled':
      if (campaign.startAt !== null)
        return `Starts ${relative(campaign.startAt, now)}, at ${moment(campaign.startAt)}.`;
      return campaign.follows === null ? 'About to start.' : `${waitsFor(campaign.follows, followed)}.`;
    case 'running':
      return runningSentence(campaign, now);
    case 'paused':
      return pause === null
        ? 'Paused.'
        : `Paused by ${clean(pause.by)} at ${moment(pause.at)}${because(pause)}.${
            pause.resumeAt === null
              ? ''
              : ` Goes on by itself ${relative(pause.resumeAt, now)}, at ${moment(pause.resumeAt)}.`
          }`;
    case 'held':
      return pause === null ? 'Held.' : `Held by ${clean(pause.by)} at ${moment(pause.at)}${because(pause)}.`;
    case 'cancelling':
      return 'Being stopped for good: what was not handed over becomes cancelled.';
    case 'cancelled':
      return `Stopped for good: ${count(counts.sent)} sent, ${count(counts.cancelled)} not sent any more.`;
    case 'finished':
      return `Finished: ${count(counts.sent)} of ${plural(counts.total, 'mail')} sent.`;
  }
}

function runningSentence(campaign: Campaign, now: Date): string {
  const { counts, next, responses } = campaign;
  const pace = sayPace(campaign.pace);
  if (counts.sending > 0) return `Sending ${pace}; a batch is under way.`;
  if (next !== null) {
    const when = `next batch ${relative(next.at, now)}`;
    if (next.because === 'capacity' && responses !== null)
      return `Sending at most ${pace}; ${clean(responses.sentence)}.`;
    return `Sending ${pace}; ${when}${delayWords(next)}.`;
  }
  if (counts.planned + counts.deferred === 0) return `Sending ${pace}.`;
  // The planner names a next batch for every running campaign that has somebody left, unless something closes it for good.
  return neverOpens(campaign, now)
    ? `Waiting to send ${pace}: no window opens within the next 400 days; change windows or holidays.`
    : `Waiting to send ${pace}: the main gate is closed.`;
}

/** ", when the window opens": what keeps a batch back longer than the pace does; nothing when only that does. */
export function delayWords({ because }: NextBatch): string {
  return delays.has(because) ? `, ${waitWords.get(because) ?? ''}` : '';
}

const delays = new Set<NextBatch['because']>(['window', 'limit', 'capacity', 'relay', 'deferral']);

/** What was in flight when the gate was closed, and whether all of it has its outcome. */
export function inFlightSentence(pause: Pause, now: Date, zone: string): string {
  if (pause.inFlight === 0) return 'Nothing was in flight then.';
  const were = `${plural(pause.inFlight, 'mail was', 'mails were')} in flight then`;
  return pause.settledAt === null
    ? `${were}; not all have an outcome yet.`
    : `${were}; the last had its outcome at ${clock(pause.settledAt, zone, now)}.`;
}

/** "batch 8, 50 mails, in 6 min 12 s (14:20:00 Europe/Berlin)", and what it waits for. */
export function nextSentence(next: NextBatch, zone: string, now: Date): string {
  const due = Date.parse(next.at) <= now.getTime() ? 'due now' : relative(next.at, now);
  const waits = waitWords.get(next.because);
  return `batch ${next.batch}, ${plural(next.size, 'mail')}, ${due} (${clock(next.at, zone, now)} ${zone})${waits === undefined ? '' : `, ${waits}`}`;
}

/** How a delivery's state is called on screen. */
export function stateName(state: DeliveryState): string {
  return state === 'inDoubt' ? 'in doubt' : state;
}

/** Deliveries that the campaign is done with. */
export function settledOf(counts: Counts): number {
  return counts.total - counts.planned - counts.sending - counts.deferred;
}

export function hasEnded(state: CampaignState): boolean {
  return state === 'finished' || state === 'cancelled';
}

/** "300 sent, 2 failed, 698 planned": what is zero is left out. */
export function countsSentence(counts: Counts): string {
  const present = deliveryStates.filter((state) => counts[state] > 0);
  return present.map((state) => `${count(counts[state])} ${stateName(state)}`).join(', ') || 'nobody yet';
}

function because({ reason }: Pause): string {
  return reason === null || reason === '' ? '' : `: ${causes.get(reason) ?? clean(reason)}`;
}

const badges: Readonly<Record<CampaignState, readonly [Style, string]>> = {
  draft: ['dim', '○'],
  scheduled: ['accent', '◷'],
  running: ['good', '▶'],
  paused: ['warn', '‖'],
  held: ['bad', '!'],
  cancelling: ['warn', '■'],
  cancelled: ['dim', '■'],
  finished: ['good', '✓'],
};

const waitWords = new Map([
  ['due', 'nothing holds it back'],
  ['startAt', 'the planned start'],
  ['resumed', 'going on after the resume'],
  ['gap', 'after the gap'],
  ['deferral', 'when deferred mails are due again'],
  ['relay', 'when the relay is tried again'],
  ['window', 'when the window opens'],
  ['capacity', 'when the open responses leave room'],
  ['limit', "when the limit of the recipients' domains lets more through"],
]);

const causes = new Map([
  ['relayUnreachable', 'the SMTP relay cannot be reached'],
  ['relayUnavailable', 'the SMTP relay says that it is not available'],
  ['loginRefused', 'the SMTP relay refuses the login; check SMTP_URL'],
  ['tlsUnavailable', 'the SMTP relay offers no usable TLS; check SMTP_URL'],
  ['senderRefused', "the SMTP relay refuses the sender's address"],
]);
