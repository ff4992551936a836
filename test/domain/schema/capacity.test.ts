import { describe, expect, test } from 'vitest';
import { capacityInputSchema } from '../../../domain/schema/capacity.ts';

const minute = 60_000;
const desk = '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';

describe('the capacity of a campaign', () => {
  test('is a number of open responses or a desk, with durations read as milliseconds', () => {
    expect(capacityInputSchema.parse({ open: 30 })).toEqual({ open: 30 });
    expect(
      capacityInputSchema.parse({
        desk,
        rate: 0.3,
        delay: '20m',
        handling: '1h30m',
        floor: 5,
        ceiling: 80,
        silentAfter: '2h',
      }),
    ).toEqual({
      desk,
      rate: 0.3,
      delay: 20 * minute,
      handling: 90 * minute,
      floor: 5,
      ceiling: 80,
      silentAfter: 120 * minute,
    });
  });

  test.each([
    [
      { open: 0 },
      '/open',
      'capacity must be a whole number from 1 to 100000 (got 0); to send nothing, pause the campaign',
    ],
    [
      { open: 1.5 },
      '/open',
      'capacity must be a whole number from 1 to 100000 (got 1.5); to send nothing, pause the campaign',
    ],
    [
      {},
      '',
      'say either how many responses may be open at once, {"open": 30}, or whose capacity counts, {"desk": "<id>"} (got neither)',
    ],
    [
      { open: 3, desk },
      '/desk',
      'say either how many responses may be open at once, {"open": 30}, or whose capacity counts, {"desk": "<id>"} (got both)',
    ],
    [{ open: 30, rate: 30 }, '/rate', 'rate must be a share from 0.001 to 1 (got 30); for 30 % write 0.3'],
    [
      { open: 30, rate: 0.0001 },
      '/rate',
      'rate must be a share from 0.001 to 1 (got 0.0001); 0.2 means that every fifth answers',
    ],
    [
      { open: 30, floor: -1 },
      '/floor',
      'floor must be a whole number from 0 to 100000 (got -1); for no mails without room write 0',
    ],
    [
      { open: 30, floor: 9, ceiling: 8 },
      '/floor',
      'floor must be at most the ceiling, 8 (got 9); lower the floor or raise the ceiling',
    ],
    [
      { open: 30, ceiling: 0 },
      '/ceiling',
      'ceiling must be a whole number from 1 to 100000 (got 0); leave it out to keep to the batch size of the pace',
    ],
    [
      { open: 30, delay: 'soon' },
      '/delay',
      'must be a duration of 10s–4d, like 90s, 20m, 1h30m or 2d (got "soon")',
    ],
    [
      { open: 30, handling: '31d' },
      '/handling',
      'must be a duration of 1s–30d, like 90s, 20m, 1h30m or 2d (got "31d")',
    ],
    [
      { open: 30, silentAfter: '1m' },
      '/silentAfter',
      'must be a duration of 5m–30d, like 90s, 20m, 1h30m or 2d (got "1m")',
    ],
    [{ open: 30, rates: 0.3 }, '', 'Unrecognized key: "rates"'],
    [{ open: '30' }, '/open', 'Invalid input: expected number, received string'],
  ])('%j is refused at %s', (body, pointer, message) => {
    const { error } = capacityInputSchema.safeParse(body);
    const faults = error?.issues.map((issue) => [
      issue.path.map((part) => `/${String(part)}`).join(''),
      issue.message,
    ]);
    expect(faults).toEqual([[pointer, message]]);
  });
});
