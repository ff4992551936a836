import { isDeepStrictEqual } from 'node:util';
import { count, percent, plural } from '../numbers.ts';
import { clean } from '../terminal-text.ts';
import { actor, actWords } from './act-words.ts';
import { guardWarnings } from './guard-words.ts';
import { sayPace } from './pace-text.ts';
import { settingLines } from './setting-lines.ts';
import { countsSentence, delayWords, hasEnded, settledOf } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/**
 * What changed from one view to the next, one line each, oldest first, for logs and pipes. Progress within a batch is told once per
 * per cent at most. Each line begins with the instant in UTC.
 */
export function watchLines(before: WatchView | null, after: WatchView): string[] {
  const told = [
    ...streamLines(before, after),
    ...actLines(before, after),
    ...settingChanges(before, after),
    ...progressLines(before, after),
    ...followingLines(before, after),
    ...newWarnings(before, after),
  ];
  return told.map((line) => `${after.updatedAt.toISOString().replace(/\.\d+Z$/, 'Z')} ${line}`);
}

function streamLines(before: WatchView | null, after: WatchView): string[] {
  const wasLost = before !== null && before.lostSince !== null;
  if (wasLost === (after.lostSince !== null)) return [];
  return [after.lostSince === null ? 'stream is back' : 'stream lost; trying again'];
}

function actLines(before: WatchView | null, after: WatchView): string[] {
  if (before === null) return [];
  const fresh = after.acts.filter((act) => !before.acts.some((known) => isDeepStrictEqual(known, act)));
  return fresh.reverse().map((act) => {
    const reason = act.reason === null || act.reason === '' ? '' : `: ${clean(act.reason)}`;
    return `${actor(act)} ${actWords(act)}${reason}`;
  });
}

function progressLines(before: WatchView | null, after: WatchView): string[] {
  const { campaign } = after;
  const old = before?.campaign;
  const changed =
    old === undefined ||
    old.state !== campaign.state ||
    shownPercent(before) !== shownPercent(after) ||
    old.counts.inDoubt !== campaign.counts.inDoubt ||
    old.next?.batch !== campaign.next?.batch ||
    !isDeepStrictEqual(old.pace, campaign.pace);
  if (!changed) return [];
  const { counts, next, state } = campaign;
  const figures = `${count(settledOf(counts))} of ${count(counts.total)} (${shownPercent(after)} %): ${countsSentence(counts)}`;
  const coming =
    next === null || state !== 'running'
      ? ''
      : `; batch ${next.batch} of ${plural(next.size, 'mail')} at ${next.at}${delayWords(next)}`;
  return [`${state} ${figures}; ${sayPace(campaign.pace)}${coming}`];
}

/** Windows, limits and the like once, and again when they become others. */
function settingChanges(before: WatchView | null, after: WatchView): string[] {
  const linesOf = ({ campaign, names, updatedAt }: WatchView): string[] =>
    settingLines(campaign, names, updatedAt).map((line) => line.replace(/ {2,}/, ' '));
  const known = before === null ? [] : linesOf(before);
  return linesOf(after).filter((line) => !known.includes(line));
}

/** What the answers mean for the pace, when that becomes something else: not with each new figure. */
function followingLines(before: WatchView | null, { campaign: { responses } }: WatchView): string[] {
  if (responses === null || before?.campaign.responses?.following === responses.following) return [];
  return [`answers: ${clean(responses.sentence)}`];
}

/** A warning is told when its guard begins to warn, not with each new figure. */
function newWarnings(before: WatchView | null, { campaign }: WatchView): string[] {
  const known = before?.campaign.warnings.map(({ guard }) => guard) ?? [];
  return guardWarnings({ warnings: campaign.warnings.filter(({ guard }) => !known.includes(guard)) });
}

function shownPercent(view: WatchView | null): number {
  if (view === null) return -1;
  const { counts, state } = view.campaign;
  return percent(settledOf(counts), counts.total, hasEnded(state));
}
