import ICAL from 'ical.js';
import { UnreadableIcalendar } from './unreadable-icalendar.ts';

/** One property of an event: its values as jCal has them (RFC 7265), dates as `2026-12-25`. */
export type EventProperties = ReadonlyMap<string, readonly unknown[]>;

/**
 * The events of an iCalendar file (RFC 5545) as their properties by lower-case name; of a property that comes more than
 * once, the values of all. Throws UnreadableIcalendar when the text is none.
 */
export function parseIcalendar(text: string): EventProperties[] {
  if (text.trim() === '') throw new UnreadableIcalendar(`the file is empty; ${wayOut}`);
  return calendarsOf(text)
    .flatMap(({ components }) => components)
    .filter(({ name }) => name === 'vevent')
    .map(({ properties }) => properties);
}

const wayOut = 'give an iCalendar file (.ics) with whole-day events';

interface Component {
  readonly name: string;
  readonly properties: EventProperties;
  readonly components: readonly Component[];
}

function calendarsOf(text: string): Component[] {
  let parsed: unknown;
  try {
    // A byte order mark is no part of the text, and makes the parser stumble.
    parsed = ICAL.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message.slice(0, 200) : 'unknown trouble';
    throw new UnreadableIcalendar(`the file cannot be read as iCalendar (${found}); ${wayOut}`, { cause });
  }
  // One calendar is a component, several are a list of them.
  const roots = Array.isArray(parsed) && typeof parsed[0] === 'string' ? [parsed] : parsed;
  const calendars = components(roots).filter(({ name }) => name === 'vcalendar');
  if (calendars.length === 0) throw new UnreadableIcalendar(`the file holds no calendar; ${wayOut}`);
  return calendars;
}

/** jCal: `[name, [[property, parameters, type, value …] …], [component …]]`. */
function components(parsed: unknown): Component[] {
  return list(parsed).map((each) => {
    const [name, properties, inner] = list(each);
    const byName = new Map<string, unknown[]>();
    for (const property of list(properties)) {
      const [key, , , ...values] = list(property);
      byName.set(String(key), [...(byName.get(String(key)) ?? []), ...values]);
    }
    return { name: String(name), properties: byName, components: components(inner) };
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
