import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PoolOptions, SmtpPool } from '../../../mail/smtp/pool.ts';
import { standardTimeouts } from '../../../mail/smtp/timeouts.ts';
import type { Lane, RelayTrouble } from '../../../mail/transport.ts';
import { acceptMails, type PeerConnection, type ScriptedPeer, startPeer, welcome } from './scripted-peer.ts';
import { always, never, openPool, sendOne, smallMail } from './sending.ts';

let peer: ScriptedPeer;
let pool: SmtpPool;

afterEach(async () => {
  await pool.close();
  await peer.close();
});

async function good(it: PeerConnection): Promise<void> {
  await welcome(it, ['PIPELINING']);
  await acceptMails(it);
}

async function withPeer(
  options: PoolOptions,
  script = good as (it: PeerConnection, n: number) => Promise<void>,
) {
  peer = await startPeer(script);
  pool = openPool(peer.url, options);
}

/** The default is a second, which a busy machine may need. */
const patient = { timeout: 20_000 };
const quits = (): number => peer.connections.filter(({ heard }) => heard.at(-1) === 'QUIT').length;

describe('a pool', () => {
  it('never has more lanes out than connections, and serves in order', async () => {
    await withPeer({ connections: 2 });
    let out = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const lane = await pool.acquire(never);
        order.push(i);
        most = Math.max(most, ++out);
        await lane.send(smallMail, always);
        out -= 1;
        lane.release();
      }),
    );
    expect(most).toBe(2);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(peer.connections).toHaveLength(2);
    expect(peer.connections.flatMap(({ messages }) => messages)).toHaveLength(20);
  });

  it('opens only what is needed', async () => {
    await withPeer({ connections: 10 });
    for (let i = 0; i < 5; i += 1) await sendOne(pool);
    expect(peer.connections).toHaveLength(1);
  });

  it('replaces a connection after its share of mails, also under one lane', async () => {
    await withPeer({ connections: 1, mailsPerConnection: 2 });
    const lane = await pool.acquire(never);
    for (let i = 0; i < 3; i += 1)
      expect(await lane.send(smallMail, always)).toMatchObject({ kind: 'accepted' });
    lane.release();
    for (let i = 0; i < 3; i += 1) expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections.map(({ messages }) => messages.length)).toEqual([2, 2, 2]);
    expect(quits()).toBeGreaterThanOrEqual(2);
  });

  it('says goodbye to a connection that nobody used for a while', async () => {
    await withPeer({ idleMs: 40 });
    await sendOne(pool);
    await vi.waitFor(() => expect(quits()).toBe(1), patient);
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections).toHaveLength(2);
  });

  it('gives up waiting when the signal fires, with its reason', async () => {
    await withPeer({ connections: 1 });
    const lane = await pool.acquire(never);
    const stop = new AbortController();
    const waiting = pool.acquire(stop.signal);
    const next = pool.acquire(never);
    stop.abort(new Error('paused'));
    await expect(waiting).rejects.toThrow('paused');
    await expect(pool.acquire(stop.signal)).rejects.toThrow('paused');
    lane.release();
    (await next).release();
  });

  it('tries one connection for all who wait, and not again within the cool-down', async () => {
    await withPeer({ connections: 10, coolDownMs: 60_000 }, async (it) => {
      it.say('421 4.3.2 busy');
      await it.gone();
    });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => pool.acquire(never)));
    expect(answers.map(({ status }) => status)).toEqual(Array<string>(10).fill('rejected'));
    await expect(pool.acquire(never)).rejects.toMatchObject({
      code: 'relayUnavailable',
    } satisfies Partial<RelayTrouble>);
    expect(peer.connections).toHaveLength(1);
  });

  it('tries again after the cool-down', async () => {
    await withPeer({ coolDownMs: 20 }, async (it, n) => {
      if (n > 1) return await good(it);
      it.say('421 4.3.2 busy');
      await it.gone();
    });
    await expect(pool.acquire(never)).rejects.toMatchObject({ code: 'relayUnavailable' });
    await vi.waitFor(async () => expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' }), patient);
  });

  it('works with the connections that a relay allows when it refuses further ones', async () => {
    let open = 0;
    await withPeer({ connections: 6, coolDownMs: 10 }, async (it) => {
      if (open >= 2) {
        it.say('421 4.7.0 too many connections');
        return await it.gone();
      }
      open += 1;
      await good(it).finally(() => (open -= 1));
    });
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => sendOne(pool)));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(60);
  });

  it('says not sent when a lane has lost its connection and can have no other', async () => {
    await withPeer({ connections: 1 }, async (it, n) => {
      if (n > 1) {
        it.say('421 no more');
        return await it.gone();
      }
      await welcome(it, ['PIPELINING']);
      await it.line();
      it.reset();
    });
    const lane = await pool.acquire(never);
    expect(await lane.send(smallMail, always)).toMatchObject({ kind: 'notSent', touched: true });
    expect(await lane.send(smallMail, always)).toMatchObject({ kind: 'notSent', touched: false });
    lane.release();
  });

  it('keeps what it may open when every lane was lost', async () => {
    await withPeer({ connections: 2 }, async (it, n) => {
      if (n > 2) return await good(it);
      await welcome(it, ['PIPELINING']);
      await it.line();
      it.reset();
    });
    await Promise.all([sendOne(pool), sendOne(pool)]);
    const outcomes = await Promise.all([sendOne(pool), sendOne(pool), sendOne(pool)]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('closes with a goodbye everywhere, refuses who waits, and is not held up by a silent relay', async () => {
    await withPeer({ connections: 2, timeouts: { ...standardTimeouts, quitMs: 100 } }, async (it, n) => {
      if (n === 1) return await good(it);
      await welcome(it, []);
      await it.gone();
    });
    const lanes: Lane[] = [await pool.acquire(never), await pool.acquire(never)];
    const waiting = pool.acquire(never);
    for (const lane of lanes) lane.release();
    (await waiting).release();
    const closed = await Promise.race([pool.close().then(() => 'closed'), delay(20_000, 'held up')]);
    expect(closed).toBe('closed');
    expect(peer.connections[0]?.heard.at(-1)).toBe('QUIT');
    await expect(pool.acquire(never)).rejects.toMatchObject({ code: 'relayUnreachable' });
  });

  it('gives up a connection that is being opened when it closes', async () => {
    await withPeer({}, async (it) => await it.gone());
    const waiting = pool.acquire(never).catch((error: unknown) => error);
    await vi.waitFor(() => expect(peer.connections).toHaveLength(1), patient);
    await pool.close();
    expect(await waiting).toMatchObject({ code: 'relayUnreachable' });
    await peer.connections[0]?.gone();
  });

  it('is released once only', async () => {
    await withPeer({});
    const lane = await pool.acquire(never);
    lane.release();
    expect(() => lane.release()).toThrow('released already');
    await expect(lane.send(smallMail, always)).rejects.toThrow('was released');
  });
});
