import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { Lease } from '../../activities/sending/lease.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const minute = 60_000;

/** A lease, and a way to let its clocks go on by themselves. */
function leaseOn(confirm: () => Promise<boolean>): {
  lease: Lease;
  pass: (clock: 'steady' | 'wall', ms: number) => void;
} {
  const passed = { steady: 0, wall: 0 };
  const steady = performance.now();
  const wall = Date.now();
  vi.spyOn(performance, 'now').mockImplementation(() => steady + passed.steady);
  vi.spyOn(Date, 'now').mockImplementation(() => wall + passed.wall);
  const lease = new Lease(confirm);
  onTestFinished(() => lease.end());
  return { lease, pass: (clock, ms) => void (passed[clock] += ms) };
}

test('a lease runs out when nobody confirms it, and an answer renews it', async () => {
  let confirmed = false;
  const { lease, pass } = leaseOn(async () => confirmed);
  expect(lease.isValid()).toBe(true);
  pass('steady', minute);
  pass('wall', minute);
  await lease.renew();
  expect(lease.isValid()).toBe(false);
  confirmed = true;
  await lease.renew();
  expect(lease.isValid()).toBe(true);
});

test('a machine that slept does not believe its steady clock, which slept too', async () => {
  const { lease, pass } = leaseOn(async () => true);
  pass('wall', minute);
  expect(lease.isValid()).toBe(false);
  await lease.renew();
  expect(lease.isValid()).toBe(true);
});

test('a clock that is set back lengthens nothing', () => {
  const { lease, pass } = leaseOn(async () => false);
  pass('wall', -60 * minute);
  expect(lease.isValid()).toBe(true);
  pass('steady', 5_000);
  expect(lease.isValid()).toBe(false);
});

test('an answer is as old as its question: what was frozen in between is not believed', async () => {
  const { lease, pass } = leaseOn(async () => {
    pass('steady', minute);
    pass('wall', minute);
    return true;
  });
  await lease.renew();
  expect(lease.isValid()).toBe(false);
});
