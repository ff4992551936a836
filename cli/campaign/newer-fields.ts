import { weekdays, type CalendarRules, type SendingWindow } from '../../domain/calendar.ts';
import type { Campaign } from '../answers.ts';

/** Open responses against what may be open at once; null without a capacity, or from a server that does not tell. */
export interface OpenResponses {
  readonly open: number;
  readonly limit: number;
  /** Answers that mails already out will probably bring; null when not told. */
  readonly expected: number | null;
}

/** Fields that a server of another version may leave out: the screen then shows what it has. */
export function openResponses(campaign: Campaign): OpenResponses | null {
  const responses: unknown = 'responses' in campaign ? campaign.responses : null;
  if (typeof responses !== 'object' || responses === null) return null;
  const open = numberIn(responses, 'open');
  const limit = numberIn(responses, 'limit');
  if (open === null || limit === null) return null;
  return { open, limit, expected: numberIn(responses, 'expected') };
}

/** What guards see coming, a sentence each. */
export function guardWarnings(campaign: Campaign): string[] {
  return listIn(campaign, 'warnings').flatMap((warning) => {
    if (typeof warning !== 'object' || warning === null) return [];
    const sentence = textIn(warning, 'sentence');
    if (sentence !== null) return [sentence];
    const text = textIn(warning, 'text');
    const guard = textIn(warning, 'guard');
    if (text === null) return [];
    return [guard === null ? text : `${guardNames.get(guard) ?? guard}: ${text}`];
  });
}

const guardNames = new Map([
  ['hardBounces', 'hard bounces'],
  ['overCapacity', 'over capacity'],
  ['behindPlan', 'behind plan'],
]);

/**
 * Windows and holidays in the campaign's zone; null when it may send at any time, or when the windows are those of each
 * recipient's own zone, which no single axis can show.
 */
export function calendarRules(campaign: Campaign): CalendarRules | null {
  if ('windowsIn' in campaign && campaign.windowsIn === 'recipient') return null;
  const windows = listIn(campaign, 'windows').filter(isWindow);
  const holidays = listIn(campaign, 'holidays').filter((day) => typeof day === 'string');
  return windows.length + holidays.length === 0 ? null : { timeZone: campaign.timeZone, windows, holidays };
}

function listIn(values: object, name: string): readonly unknown[] {
  const value: unknown = new Map<string, unknown>(Object.entries(values)).get(name);
  return Array.isArray(value) ? value : [];
}

function isWindow(value: unknown): value is SendingWindow {
  if (typeof value !== 'object' || value === null) return false;
  const known = new Set<unknown>(weekdays);
  return (
    listIn(value, 'days').every((day) => known.has(day)) &&
    'from' in value &&
    typeof value.from === 'string' &&
    'to' in value &&
    typeof value.to === 'string'
  );
}

function numberIn(values: object, name: string): number | null {
  const value: unknown = new Map<string, unknown>(Object.entries(values)).get(name);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function textIn(values: object, name: string): string | null {
  const value: unknown = new Map<string, unknown>(Object.entries(values)).get(name);
  return typeof value === 'string' ? value : null;
}
