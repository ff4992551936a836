import { expect, onTestFinished, test } from 'vitest';
import { startPeer, welcome } from './scripted-peer.ts';
import { openPool, sendOne, shortTimeouts } from './sending.ts';

/** Holds up the whole process, as SIGSTOP, a sleeping machine or a machine without a free core does. */
function freeze(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('a reply that came while the process was frozen counts, however late it is read: the mail is not in doubt', async () => {
  const peer = await startPeer(async (it) => {
    await welcome(it, ['PIPELINING']);
    for (const answer of ['250 fine', '250 fine', '354 go on']) {
      await it.line();
      it.say(answer);
    }
    await it.message();
    it.say('250 2.0.0 taken');
    freeze(shortTimeouts.finalMs + 500);
    await it.gone();
  });
  const pool = openPool(peer.url, { connections: 1 });
  onTestFinished(async () => {
    await pool.close();
    await peer.close();
  });
  expect(await sendOne(pool)).toMatchObject({ kind: 'accepted', reply: { text: 'taken' } });
});
