import { expect, test } from 'vitest';
import { Throttle } from '../../api/throttle.ts';

test('what is asked for while it rests is done once more at its end; closing does at once what is still due', async () => {
  const done: string[] = [];
  const throttle = new Throttle(3_600_000, async (key) => void done.push(key));
  for (let i = 0; i < 5; i += 1) throttle.ask('a');
  throttle.ask('b');
  expect(done).toEqual(['a', 'b']);
  await throttle.close();
  expect(done).toEqual(['a', 'b', 'a']);
});

test('after a rest that nobody disturbed the next one is done at once', async () => {
  let count = 0;
  const throttle = new Throttle(1, async () => void (count += 1));
  throttle.ask('a');
  for (let wanted = 2; wanted <= 5; wanted += 1) {
    await expect.poll(() => (throttle.ask('a'), count)).toBeGreaterThanOrEqual(wanted);
  }
  await throttle.close();
});
