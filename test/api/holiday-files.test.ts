import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

const ics = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'SUMMARY:Christmas',
  'DTSTART;VALUE=DATE:20201225',
  'RRULE:FREQ=YEARLY',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'SUMMARY:Meeting',
  'DTSTART:20261228T090000Z',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'SUMMARY:Every other Friday',
  'DTSTART;VALUE=DATE:20261204',
  'RRULE:FREQ=WEEKLY;INTERVAL=2',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

describe('POST /v1/holidays', () => {
  it('reads the days of a calendar file, says what it left out, and keeps nothing', async () => {
    const answer = await api.call('POST', '/v1/holidays', { ics, from: '2026-12-01', to: '2027-12-31' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        from: '2026-12-01',
        to: '2027-12-31',
        read: 1,
        timed: 1,
        cancelled: 0,
        notRead: [{ summary: 'Every other Friday', reason: expect.any(String) }],
      },
    });
    const { dates } = answer.body as { dates: string[] };
    expect(dates).toEqual(expect.arrayContaining(['2026-12-25', '2027-12-25']));
    expect(dates.every((date) => date >= '2026-12-01' && date <= '2027-12-31')).toBe(true);
  });

  it('reads from today to the end of the year after the next when nothing else is asked for', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const { body } = await api.call('POST', '/v1/holidays', { ics });
    const { from, to } = body as { from: string; to: string };
    // The day may have changed meanwhile.
    expect([today, new Date().toISOString().slice(0, 10)]).toContain(from);
    expect(to).toBe(`${Number(from.slice(0, 4)) + 2}-12-31`);
  });

  it.each([
    ['a page', { ics: '<html>not found</html>' }, 'give an iCalendar file'],
    ['an empty file', { ics: '' }, 'the file is empty'],
    [
      'days that end before they begin',
      { ics, from: '2027-01-01', to: '2026-01-01' },
      'before the first one',
    ],
    ['too many years', { ics, from: '2000-01-01', to: '2026-01-01' }, 'at most 10 years'],
    ['a day that is none', { ics, from: '25.12.2026' }, 'such as 2026-12-25 (got'],
    ['a year long ago', { ics, from: '0001-01-01' }, 'between the years 1970 and 9990'],
    ['a field that does not exist', { ics, file: 'x' }, 'file'],
  ])('refuses %s', async (_, body, words) => {
    const status = 422;
    const refused = await api.call('POST', '/v1/holidays', body);
    expect({ status: refused.status, told: refused.text.includes(words) }, refused.text).toEqual({
      status,
      told: true,
    });
  });

  it('is for operators', async () => {
    expect(await api.call('POST', '/v1/holidays', { ics }, { key: api.keys.viewer })).toMatchObject({
      status: 403,
    });
  });
});
