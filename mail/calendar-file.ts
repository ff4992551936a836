import ICAL from 'ical.js';
import { parseDuration } from '../domain/duration.ts';
import type { MailEvent } from '../domain/event-times.ts';
import type { CalendarEntry } from '../domain/schema/calendar-entry.ts';
import type { Identity } from '../domain/schema/content.ts';

/** An iCalendar file that lacks only what differs between two mails. */
export interface CalendarFile {
  /** `messageId` makes the UID: the same at every retry, and no two people share one. `date` is the mail's Date. */
  fill(messageId: string, date: number): string;
}

const uidMark = 'zqicaluidzq';
const stampMark = '19700101T000000Z';

/**
 * The appointment of a mail as iCalendar (RFC 5545), to be published (RFC 5546 3.2.1): nobody is asked to answer. All times are UTC
 * instants, so that no reader has to know a time zone or a change of clocks.
 */
export function createCalendarFile(entry: CalendarEntry, event: MailEvent, identity: Identity): CalendarFile {
  const calendar = new ICAL.Component('vcalendar');
  calendar.updatePropertyWithValue('prodid', '-//Sluice//EN');
  calendar.updatePropertyWithValue('version', '2.0');
  calendar.updatePropertyWithValue('method', 'PUBLISH');
  calendar.addSubcomponent(createEvent(entry, event, identity));
  const text = calendar.toString().replaceAll(/\r\n[ \t]/g, '');
  // The first: the UID comes before everything that people write.
  const at = text.indexOf(uidMark);
  const [before, after] = [text.slice(0, at), text.slice(at + uidMark.length)];
  return {
    fill: (messageId, date) =>
      fold(
        `${before}event-${messageId.replaceAll(/[<>]/g, '')}${after}`.replace(
          `DTSTAMP:${stampMark}`,
          `DTSTAMP:${utc(date)}`,
        ),
      ),
  };
}

function createEvent(entry: CalendarEntry, { start, end }: MailEvent, identity: Identity): ICAL.Component {
  const event = new ICAL.Component('vevent');
  event.updatePropertyWithValue('uid', uidMark);
  event.updatePropertyWithValue('dtstamp', ICAL.Time.fromJSDate(new Date(0), true));
  event.updatePropertyWithValue('dtstart', ICAL.Time.fromJSDate(new Date(start), true));
  event.updatePropertyWithValue('dtend', ICAL.Time.fromJSDate(new Date(end), true));
  event.updatePropertyWithValue('summary', entry.summary);
  for (const name of ['location', 'description', 'url'] as const)
    if (entry[name] !== undefined)
      event.updatePropertyWithValue(name, entry[name].replaceAll(/\r\n?/g, '\n'));
  const organizer = event.updatePropertyWithValue(
    'organizer',
    `mailto:${identity.replyTo ?? identity.address}`,
  );
  // RFC 5545 3.2: a parameter's value cannot hold a quote at all.
  organizer.setParameter('cn', identity.name.replaceAll('"', '’'));
  event.updatePropertyWithValue('sequence', 0);
  event.updatePropertyWithValue('status', 'CONFIRMED');
  event.updatePropertyWithValue('transp', 'OPAQUE');
  if (entry.reminder !== undefined) event.addSubcomponent(createReminder(entry.reminder, entry.summary));
  return event;
}

function createReminder(before: string, summary: string): ICAL.Component {
  const alarm = new ICAL.Component('valarm');
  alarm.updatePropertyWithValue('action', 'DISPLAY');
  alarm.updatePropertyWithValue('description', summary);
  alarm.updatePropertyWithValue('trigger', ICAL.Duration.fromSeconds(-(parseDuration(before) ?? 0) / 1_000));
  return alarm;
}

/** `20261205T170000Z` */
function utc(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

/** RFC 5545 3.1: lines of at most 75 octets, and no character torn. */
function fold(text: string): string {
  return text.split('\r\n').map(foldLine).join('\r\n');
}

function foldLine(line: string): string {
  if (Buffer.byteLength(line) <= 75) return line;
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
