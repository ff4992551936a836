import { expect, test } from 'vitest';
import { readWorkingHours, sayWorkingHours } from '../../cli/working-hours.ts';
import { sluice } from './sluice.ts';

const desk = {
  id: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
  name: 'Helpdesk',
  capacity: 30,
  open: 28,
  timeZone: 'Europe/Berlin',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }],
  createdAt: '2026-12-01T07:00:00Z',
  createdBy: 'anna',
  updatedAt: '2026-12-01T07:00:00Z',
};
const list = { body: { items: [desk], next: null } };

test.each([
  ['mon-fri 08:00-17:00', ['mon', 'tue', 'wed', 'thu', 'fri'], 'mon-fri 08:00-17:00'],
  ['Mon,WED 09:00-12:00', ['mon', 'wed'], 'mon,wed 09:00-12:00'],
  ['sat-mon 00:00-24:00', ['sat', 'sun', 'mon'], 'mon,sat,sun 00:00-24:00'],
  ['mon,thu-sat 08:00-12:00', ['mon', 'thu', 'fri', 'sat'], 'mon,thu-sat 08:00-12:00'],
])('working hours are read as people write them: %s', (text, days, said) => {
  const hours = readWorkingHours(text);
  expect(hours.days).toEqual(days);
  expect(sayWorkingHours(hours)).toBe(said);
});

test.each(['08:00-17:00', 'mon-fri', 'mon-someday 08:00-17:00', 'mon-tue-wed 08:00-17:00', 'mon 8-17'])(
  'working hours that are none are refused with an example: %s',
  async (text) => {
    const { code, err, api } = await sluice(`desk create Helpdesk --capacity 30 --hours "${text}"`);
    expect({ code, seen: api.seen }).toEqual({ code: 2, seen: [] });
    expect(err).toContain('written as "mon-fri 08:00-17:00"');
  },
);

test('a desk is made with its capacity and hours', async () => {
  const { code, out, api } = await sluice(
    'desk create Helpdesk --capacity 30 --time-zone Europe/Berlin --hours "mon-fri 08:00-17:00"',
    { 'POST /v1/desks': { status: 201, body: desk } },
  );
  expect(code).toBe(0);
  expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({
    name: 'Helpdesk',
    capacity: 30,
    timeZone: 'Europe/Berlin',
    windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }],
  });
  expect(out).toBe(`${desk.id}\nHelpdesk: 28 of 30 open, works mon-fri 08:00-17:00 (Europe/Berlin)\n`);
});

test('a desk without a capacity is a wrong usage; one of 0 is for the API to refuse', async () => {
  expect(await sluice('desk create Helpdesk')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--capacity 30'),
  });
  const { api } = await sluice('desk create Helpdesk --capacity 0');
  expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({ name: 'Helpdesk', capacity: 0 });
});

test('desks are listed with what is open, and changed by their name', async () => {
  const listed = await sluice('desk list', { 'GET /v1/desks': list });
  expect(listed.out).toMatch(/Helpdesk +28 +30 +mon-fri 08:00-17:00 \(Europe\/Berlin\)/);
  const changed = await sluice('desk change helpdesk --capacity 12', {
    'GET /v1/desks': list,
    [`PATCH /v1/desks/${desk.id}`]: { body: { ...desk, capacity: 12 } },
  });
  expect(changed).toMatchObject({ code: 0, out: expect.stringContaining('28 of 12 open') });
  const gone = await sluice('desk change sales --capacity 12', { 'GET /v1/desks': list });
  expect(gone).toMatchObject({ code: 4, err: expect.stringContaining('sluice desk list') });
});
