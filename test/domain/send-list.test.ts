import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partSizes, refuseSendListEdit } from '../../domain/send-list.ts';

test('parts sum to what there is, none is empty, and they are even or full', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.integer({ min: 1, max: 300 }), (count, n) => {
      const even = partSizes(count, { parts: n });
      const full = partSizes(count, { size: n });
      for (const sizes of [even, full]) {
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
        expect(sizes.every((size) => size > 0)).toBe(true);
      }
      expect(even.length).toBe(Math.min(n, count));
      if (even.length > 0) expect(Math.max(...even) - Math.min(...even)).toBeLessThanOrEqual(1);
      expect(full.slice(0, -1).every((size) => size === n)).toBe(true);
    }),
  );
});

test('a refusal says the state, and what would make it possible', () => {
  expect(refuseSendListEdit({ state: 'running', isLaidOut: true }, ['draft', 'paused'])).toContain(
    'pause it first',
  );
  expect(refuseSendListEdit({ state: 'draft', isLaidOut: false }, ['draft'])).toContain('send-list');
  expect(refuseSendListEdit({ state: 'draft', isLaidOut: true }, ['draft'])).toBeNull();
});
