import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ICAL from 'ical.js';
import { describe, expect, it } from 'vitest';
import { mailEvent } from '../../domain/event-times.ts';
import type { Recipient } from '../../domain/recipient.ts';
import { contentSchema, type Content } from '../../domain/schema/content.ts';
import { userCacheDir } from '../../embedded/cache-dir.ts';
import { createCalendarFile } from '../../mail/calendar-file.ts';
import { compileMail } from '../../mail/compile.ts';
import { bytesOf, date, fillFor, identity, mailOf, messageId, readBack, recipient } from './example-mail.ts';

const entry = {
  summary: 'Server upgrade, part 2; Müller & Söhne “größer”',
  start: '2026-10-25T01:30:00+02:00',
  end: '2026-10-25T03:30:00+01:00',
  location: String.raw`Room 1\2, Köln`,
  description: `First line\nSecond; line, with ${'ü'.repeat(120)}🎉`,
  url: 'https://example.com/upgrade?a=1&b=2',
  reminder: '15m',
};

async function read(
  content: Partial<Content> = {},
  person: Partial<Recipient> = {},
  timeZone = 'Europe/Rome',
) {
  const mail = {
    ...mailOf({
      subject: 'x',
      html: '<p>{{ event.start }} – {{ event.end }}</p>',
      calendar: entry,
      ...content,
    }),
    timeZone,
  };
  const bytes = bytesOf(fillFor(await compileMail(mail), person));
  const email = await readBack(bytes);
  const [inline, file] = email.attachments;
  const ics = Buffer.from(file?.content as ArrayBuffer).toString();
  return { bytes, email, inline, file, ics, html: email.html ?? '' };
}

function eventOf(ics: string): ICAL.Component {
  const event = new ICAL.Component(ICAL.parse(ics)).getFirstSubcomponent('vevent');
  if (event === null) throw new Error('no event');
  return event;
}

/** Another make of iCalendar: Python's, installed once for this user. */
const library = join(userCacheDir(), 'test-icalendar');
const environment = { ...process.env, PYTHONPATH: library };
function findPython(): boolean {
  const there = () => spawnSync('python3', ['-c', 'import icalendar'], { env: environment }).status === 0;
  if (there()) return true;
  if (existsSync(library)) return false;
  const install = ['-m', 'pip', 'install', '--quiet', '--target', library, 'icalendar==6.3.1'];
  return spawnSync('python3', install, { timeout: 60_000 }).status === 0 && there();
}

describe('a calendar entry', () => {
  it('goes as another form of the body and as a file, with the same text', async () => {
    const { bytes, inline, file, ics } = await read();
    expect(bytes).toMatch(/^Content-Type: text\/calendar; charset=utf-8; method=PUBLISH\r\n/m);
    expect(inline).toMatchObject({ mimeType: 'text/calendar', method: 'PUBLISH' });
    expect(file).toMatchObject({
      mimeType: 'application/ics',
      filename: 'invite.ics',
      disposition: 'attachment',
    });
    expect(
      Buffer.from(inline?.content as ArrayBuffer)
        .toString()
        .trim(),
    ).toBe(ics.trim());
  });

  it('is a published event with UTC instants, escaped text, folded lines and what it needs to be known again', async () => {
    // Not read back: readers of mails make line ends their own.
    const ics = createCalendarFile(entry, mailEvent(entry, 'UTC'), identity).fill(messageId, date);
    const lines = ics.split('\r\n');
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(ics.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(ics.replaceAll('\r\n ', '')).not.toContain('\ufffd');
    for (const line of [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'METHOD:PUBLISH',
      'DTSTART:20261024T233000Z',
      'DTEND:20261025T023000Z',
      'DTSTAMP:20251201T070000Z',
      'UID:event-1.2@example.com',
      'TRIGGER:-PT15M',
      'END:VCALENDAR',
    ])
      expect(lines).toContain(line);
    const event = eventOf(ics);
    expect(event.getFirstPropertyValue('summary')).toBe(entry.summary);
    expect(event.getFirstPropertyValue('location')).toBe(entry.location);
    expect(event.getFirstPropertyValue('description')).toBe(entry.description);
    expect(event.getFirstPropertyValue('organizer')).toBe('mailto:helpdesk@example.com');
    expect(event.getFirstProperty('organizer')?.getFirstParameter('cn')).toBe('Büro, ’IT’');
    expect(ics).not.toContain('ATTENDEE');
  });

  it.skipIf(!findPython())(
    'is read by another make as it was meant (skipped without Python’s icalendar)',
    async () => {
      const program = `
import sys, json, icalendar
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
event = calendar.walk("VEVENT")[0]
print(json.dumps([str(calendar["METHOD"]), str(event["SUMMARY"]), str(event["LOCATION"]), str(event["DESCRIPTION"]), event["DTSTART"].dt.isoformat(),
  event["DTEND"].dt.isoformat(), str(event["UID"]), event["ORGANIZER"].params["CN"], str(event["URL"]), len(event.walk("VALARM"))]))`;
      const { ics } = await read();
      const answer = execFileSync('python3', ['-c', program], {
        env: environment,
        input: ics,
        encoding: 'utf8',
      });
      expect(JSON.parse(answer)).toEqual([
        'PUBLISH',
        entry.summary,
        entry.location,
        entry.description,
        '2026-10-24T23:30:00+00:00',
        '2026-10-25T02:30:00+00:00',
        'event-1.2@example.com',
        'Büro, ’IT’',
        entry.url,
        1,
      ]);
    },
  );

  it('says the time on each person’s own clock, in their language, also over a change of clocks', async () => {
    const plain = async (person: Partial<Recipient>) =>
      (await read({}, person)).html.replaceAll('\u202f', ' ');
    // The clocks of Rome go back in the night: two hours of wall clock are three of time.
    expect(await plain({ language: 'de', timeZone: 'Europe/Rome' })).toContain(
      'Sonntag, 25. Oktober 2026 um 01:30 MESZ – Sonntag, 25. Oktober 2026 um 03:30 MEZ',
    );
    expect(await plain({ language: 'en-US', timeZone: 'America/New_York' })).toContain(
      'Saturday, October 24, 2026 at 7:30 PM EDT',
    );
    expect(await plain({ language: 'fr', timeZone: null })).toContain('dimanche 25 octobre 2026 à 01:30');
    expect(await plain({ language: 'no such language', timeZone: 'Mars/Olympus' })).toContain('1:30');
  });

  it('falls back to its own zone, then to the campaign’s', async () => {
    const [own, campaign] = await Promise.all([
      read({ calendar: { ...entry, timeZone: 'Asia/Tokyo' } }, { timeZone: null, language: 'en' }),
      read({}, { timeZone: null, language: 'en' }, 'America/New_York'),
    ]);
    expect(own.html).toContain('GMT+9');
    expect(campaign.html).toMatch(/EDT|GMT-4/);
  });

  it('is the same at every retry, and another for another person', async () => {
    const skeleton = await compileMail(mailOf({ subject: 'x', text: 'x', calendar: entry }));
    const mailFor = (id: string) => bytesOf(skeleton.fill({ recipient, date, messageId: id }));
    expect(mailFor('<a.b@x.example>')).toBe(mailFor('<a.b@x.example>'));
    expect(mailFor('<a.c@x.example>')).toContain('UID:event-a.c@x.example');
  });

  it('may be spoken of only where there is one', async () => {
    const lacking = mailOf({ subject: 'x', html: '<p>\n{{ event.start }}</p>' });
    await expect(compileMail(lacking)).rejects.toMatchObject({
      faults: [{ pointer: '/content/html', line: 2, detail: expect.stringContaining('no appointment') }],
    });
  });

  it.each([
    [{ end: undefined }, /either end or duration/],
    [{ duration: '1h' }, /either end or duration/],
    [{ end: '2026-10-25T01:30:00+02:00' }, /after the start/],
    [{ start: '2026-10-25 01:30' }, /RFC 3339/],
    [{ summary: 'a\r\nATTENDEE:mailto:x@example.com' }, /line breaks/],
    [{ summary: 'Hello {{ contact.firstName }}' }, /no merge fields/],
    [{ url: 'javascript:alert(1)' }, /url/i],
    [{ reminder: '10s' }, /whole minutes/],
    [{ timeZone: 'Europe/Nowhere' }, /no time zone/],
  ])('is refused with %j', (change, why) => {
    const result = contentSchema.safeParse({ subject: 'x', text: 'x', calendar: { ...entry, ...change } });
    expect(JSON.stringify(result.error?.issues)).toMatch(why);
  });
});
