import { parseDuration } from './duration.ts';
import type { Instant } from './instant.ts';
import type { Recipient } from './recipient.ts';

/** When an appointment is, and what a mail may say of it. */
export interface MailEvent {
  readonly summary: string;
  readonly location: string | null;
  readonly start: Instant;
  readonly end: Instant;
  /** For people whose own zone is not known. */
  readonly timeZone: string;
}

/** The appointment of a content (domain/schema/calendar-entry.ts). `zone` is the campaign's. */
export function mailEvent(
  entry: {
    readonly summary: string;
    readonly start: string;
    readonly end?: string | undefined;
    readonly duration?: string | undefined;
    readonly location?: string | undefined;
    readonly timeZone?: string | undefined;
  },
  zone: string,
): MailEvent {
  const start = Date.parse(entry.start);
  const end =
    entry.end === undefined ? start + (parseDuration(entry.duration ?? '') ?? 0) : Date.parse(entry.end);
  return {
    summary: entry.summary,
    location: entry.location ?? null,
    start,
    end,
    timeZone: entry.timeZone ?? zone,
  };
}

/**
 * An instant as this person would write it: in their language and on their clock, with the zone's name, because people travel and
 * mails are forwarded. A zone or language that ICU does not know counts as not given.
 */
export function sayTime(at: Instant, recipient: Recipient, zone: string): string {
  return formatOf(recipient.language ?? 'en', recipient.timeZone ?? zone, zone).format(at);
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones and languages come with imports: nobody can fill the memory with them. */
const most = 500;

function formatOf(language: string, timeZone: string, fallback: string): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format =
    tryFormat(language, timeZone) ??
    tryFormat(language, fallback) ??
    tryFormat('en', timeZone) ??
    tryFormat('en', fallback);
  if (format === null) throw new RangeError(`${fallback} is no time zone`);
  if (formats.size < most) formats.set(key, format);
  return format;
}

function tryFormat(language: string, timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat(language, {
      timeZone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName: 'short',
    });
  } catch {
    return null;
  }
}
