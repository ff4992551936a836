import type { Command } from 'commander';
import { deliveryStates } from '../../domain/delivery-state.ts';
import type { Batch, Campaign, Control, RecipientRow } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { count, percent, plural } from '../numbers.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean, pad } from '../terminal-text.ts';
import { clock } from '../times.ts';
import { actor, actWords } from './act-words.ts';
import { latenessMs, shortSpan } from './batch-table.ts';
import { findCampaignId } from './find-campaign.ts';
import { sayPace } from './pace-text.ts';
import { hasEnded, stateName, stateSentence } from './state-words.ts';

/** Everything that the report tells; `--json` prints it as it is. */
interface Report {
  readonly campaign: Campaign;
  readonly batches: readonly Batch[];
  readonly controls: readonly Control[];
  readonly inDoubt: readonly RecipientRow[];
  readonly deferred: readonly RecipientRow[];
}

export function addReportCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'report <id>',
    'counts, batches, lateness, deferrals, acts, and who is in doubt',
  ).action(async (typed: string, options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const id = await findCampaignId(session.api, typed);
    const path = `/v1/campaigns/${id}`;
    const [found, batches, controls, inDoubt, deferred] = await Promise.all([
      session.api.get<Campaign>(path),
      allItems<Batch>(session.api, `${path}/batches`),
      allItems<Control>(session.api, `${path}/controls`),
      allItems<RecipientRow>(session.api, `${path}/recipients`, { state: 'inDoubt' }),
      allItems<RecipientRow>(session.api, `${path}/recipients`, { state: 'deferred' }),
    ]);
    const report: Report = { campaign: found, batches, controls, inDoubt, deferred };
    session.answer(report, () => reportLines(report, surroundings.now()));
  });
}

/** The report in words. */
function reportLines(report: Report, now: Date): string[] {
  const { campaign } = report;
  return [
    clean(campaign.name),
    stateSentence(campaign, now),
    ...(hasEnded(campaign.state) ? [] : ['It has not ended: these are the numbers so far.']),
    '',
    ...countLines(campaign),
    '',
    ...batchLines(report),
    ...deferralLines(report, now),
    ...actLines(report, now),
    ...doubtLines(report, now),
  ];
}

function countLines({ counts, state }: Campaign): string[] {
  const width = count(counts.total).length;
  const present = deliveryStates.filter((each) => counts[each] > 0);
  return [
    ...present.map((each) => {
      const share = percent(counts[each], counts.total, hasEnded(state) && counts[each] === counts.total);
      return `${pad(count(counts[each]), width, 'right')}  ${pad(stateName(each), 9)}  ${pad(String(share), 3, 'right')} %`;
    }),
    `${count(counts.total)}  in all`,
  ];
}

function batchLines({ batches, campaign }: Report): string[] {
  if (batches.length === 0) return ['No batch was begun.'];
  const late = batches.map(latenessMs).sort((one, other) => one - other);
  const worst = late.at(-1) ?? 0;
  const middle = late[Math.floor((late.length - 1) / 2)] ?? 0;
  return [
    `${plural(batches.length, 'batch', 'batches')}, pace at the end ${sayPace(campaign.pace)}`,
    `late by ${shortSpan(middle)} in the middle, ${shortSpan(worst)} at worst`,
  ];
}

function deferralLines({ deferred, campaign }: Report, now: Date): string[] {
  if (deferred.length === 0) return [];
  const [first] = deferred
    .map(({ nextAttemptAt }) => nextAttemptAt)
    .filter((at) => at !== null)
    .sort();
  const next =
    first === undefined ? '' : `; the next is tried again at ${clock(first, campaign.timeZone, now)}`;
  return [`${plural(deferred.length, 'mail is', 'mails are')} deferred by the relay${next}`];
}

function actLines({ controls, campaign }: Report, now: Date): string[] {
  if (controls.length === 0) return [];
  const oldestFirst = controls.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return [
    '',
    `Acts (${campaign.timeZone})`,
    ...oldestFirst.map((act) => {
      const reason = act.reason === null || act.reason === '' ? '' : `: ${clean(act.reason)}`;
      return `  ${clock(act.at, campaign.timeZone, now)}  ${actor(act)} ${actWords(act)}${reason}`;
    }),
  ];
}

function doubtLines({ inDoubt, campaign }: Report, now: Date): string[] {
  if (inDoubt.length === 0) return [];
  const id = campaign.id.slice(0, 8);
  return [
    '',
    `${plural(inDoubt.length, 'mail is', 'mails are')} in doubt: handed to the relay, but a crash or a lost connection took its answer.`,
    "Look each Message-ID up in the relay's log, then settle it as what you found:",
    ...inDoubt.map(({ email, messageId, sendingAt }) =>
      `  ${clean(email)}  ${messageId}  ${sendingAt === null ? '' : clock(sendingAt, campaign.timeZone, now)}`.trimEnd(),
    ),
    `  sluice campaign settle ${id} ADDRESS --as sent      it left: nothing more is sent`,
    `  sluice campaign settle ${id} ADDRESS --as notSent   it did not: it is sent again`,
  ];
}
