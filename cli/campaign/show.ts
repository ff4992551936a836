import type { Command } from 'commander';
import type { Campaign } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { count } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { clock } from '../times.ts';
import { findCampaignId } from './find-campaign.ts';
import { guardWarnings } from './guard-words.ts';
import { sayWholePace } from './pace-text.ts';
import { loadNames, noNames, settingLines, type Names } from './setting-lines.ts';
import { countsSentence, hasEnded, inFlightSentence, nextSentence, stateSentence } from './state-words.ts';

export function addShowCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'show <id>', 'what a campaign is and does now').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const found = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
      const names = session.json ? noNames : await loadNames(session.api, found);
      session.answer(found, () => campaignLines(found, surroundings.now(), names));
    },
  );
}

/** One campaign in words. */
export function campaignLines(campaign: Campaign, now: Date, names: Names = noNames): string[] {
  const { counts, identity, next, pause, responses, state, temporal, timeZone } = campaign;
  const lines = [clean(campaign.name), stateSentence(campaign, now, names.followed)];
  if (pause !== null && (state === 'paused' || state === 'held'))
    lines.push(inFlightSentence(pause, now, timeZone));
  lines.push('', `id        ${campaign.id}`);
  lines.push(`from      ${clean(identity.name)} <${clean(identity.address)}>`);
  lines.push(`subject   ${clean(campaign.content.subject)}`);
  lines.push(`pace      ${sayWholePace(campaign.pace, timeZone, now)}`);
  lines.push(...settingLines(campaign, names, now));
  if (campaign.startAt !== null)
    lines.push(`start     ${clock(campaign.startAt, timeZone, now)} ${timeZone}`);
  if (next !== null && !hasEnded(state)) lines.push(`next      ${nextSentence(next, timeZone, now)}`);
  if (responses !== null && !hasEnded(state)) lines.push(`answers   ${clean(responses.sentence)}`);
  if (counts.total > 0) lines.push(`people    ${count(counts.total)}: ${countsSentence(counts)}`);
  lines.push(...guardWarnings(campaign));
  if (temporal?.url) lines.push(`temporal  ${temporal.url}`);
  return lines;
}
