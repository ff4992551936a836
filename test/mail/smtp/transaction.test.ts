import { afterEach, describe, expect, it } from 'vitest';
import type { Transport } from '../../../mail/transport.ts';
import { acceptMails, type PeerConnection, type ScriptedPeer, startPeer, welcome } from './scripted-peer.ts';
import { always, largeMail, mailOf, never, openPool, sendOne, shortTimeouts, smallMail } from './sending.ts';

let peer: ScriptedPeer;
let pool: Transport;

afterEach(async () => {
  await pool.close();
  await peer.close();
});

async function withPeer(
  script: (it: PeerConnection, number: number) => Promise<void>,
  timeouts: Partial<typeof shortTimeouts> = {},
): Promise<void> {
  peer = await startPeer(script);
  pool = openPool(peer.url, { connections: 1, timeouts });
}

type Place = 'MAIL' | 'RCPT' | 'DATA' | 'inside' | 'dot' | 'reply';
const endings = {
  close: (it: PeerConnection) => it.close(),
  reset: (it: PeerConnection) => it.reset(),
  silence: () => undefined,
};

/** A good relay up to `place`, where `end` happens instead of an answer. */
async function goodUntil(it: PeerConnection, offers: string[], place: Place, end: () => void): Promise<void> {
  await welcome(it, offers);
  for (const command of ['MAIL', 'RCPT', 'DATA'] as const) {
    expect(await it.line()).toMatch(new RegExp(`^${command}`));
    if (place === command) {
      end();
      return;
    }
    it.say(command === 'DATA' ? '354 go on' : '250 fine');
  }
  if (place === 'inside') {
    await it.part(20);
    end();
    return;
  }
  await it.message();
  if (place === 'reply') it.raw('250 2.0.0 tak');
  if (place === 'reply') await new Promise((resolve) => setImmediate(resolve));
  end();
}

const shortest = Object.fromEntries(Object.keys(shortTimeouts).map((key) => [key, 150]));
const timeoutsFor = (ending: string): object => (ending === 'silence' ? shortest : {});

describe.each([
  { name: 'with PIPELINING', offers: ['PIPELINING'] },
  { name: 'without PIPELINING', offers: [] },
])('a connection that ends $name', ({ offers }) => {
  const places: Place[] = ['MAIL', 'RCPT', 'DATA', 'dot', 'reply'];
  const certain = places.flatMap((place) =>
    (['close', 'reset', 'silence'] as const).map((ending) => ({ place, ending })),
  );

  it.each(certain)('by $ending at $place', async ({ place, ending }) => {
    await withPeer((it) => goodUntil(it, offers, place, () => endings[ending](it)), timeoutsFor(ending));
    const outcome = await sendOne(pool);
    const mayHaveLeft = place === 'dot' || place === 'reply';
    expect(outcome).toMatchObject(mayHaveLeft ? { kind: 'unknown' } : { kind: 'notSent', touched: true });
    expect(peer.connections).toHaveLength(1);
  });

  it.each(['close', 'reset', 'silence'] as const)(
    'by %s inside a large message, for certain',
    async (ending) => {
      const end = (it: PeerConnection): void => {
        if (ending === 'silence') it.pauseReading();
        else endings[ending](it);
      };
      await withPeer((it) => goodUntil(it, offers, 'inside', () => end(it)), timeoutsFor(ending));
      expect(await sendOne(pool, largeMail)).toMatchObject({ kind: 'notSent', touched: true });
      expect(peer.connections[0]?.unfinished.includes('\r\n.\r\n')).toBe(false);
    },
  );

  it('inside a small message, whose dot has left with it', async () => {
    await withPeer((it) => goodUntil(it, offers, 'inside', () => it.reset()));
    expect(await sendOne(pool)).toMatchObject({ kind: 'unknown' });
  });

  it('after the dot of a large message', async () => {
    await withPeer((it) => goodUntil(it, offers, 'dot', () => it.close()));
    expect(await sendOne(pool, largeMail)).toMatchObject({ kind: 'unknown' });
  });

  it('with nonsense in place of the last reply', async () => {
    await withPeer((it) => goodUntil(it, offers, 'dot', () => it.say('what?')));
    expect(await sendOne(pool)).toMatchObject({ kind: 'unknown' });
  });

  it('with nonsense before the message', async () => {
    await withPeer((it) => goodUntil(it, offers, 'RCPT', () => it.say('what?')));
    expect(await sendOne(pool)).toMatchObject({ kind: 'notSent', touched: true });
  });
});

/** Answers the commands of one transaction with these replies, then takes mails like a good relay, which wants them in order. */
async function replies(it: PeerConnection, offers: string[], answers: Record<string, string>): Promise<void> {
  await welcome(it, offers);
  let open = false;
  for (;;) {
    const command = (await it.line()).slice(0, 4);
    const nested: string | undefined =
      command === 'MAIL' && open ? '503 5.5.1 nested MAIL command' : undefined;
    const answer: string =
      nested ?? answers[command] ?? (command === 'DATA' ? '354 go on' : '250 2.1.0 fine');
    delete answers[command];
    if (command === 'MAIL') open = answer.startsWith('2');
    if (command === 'RSET') open = false;
    it.say(answer);
    if (answer.startsWith('421')) it.close();
    if (command !== 'DATA' || !answer.startsWith('354')) continue;
    await it.message();
    it.say(answers['.'] ?? '250 2.0.0 taken');
    open = false;
    delete answers['.'];
  }
}

const stages = { MAIL: 'mail', RCPT: 'rcpt', DATA: 'data', '.': 'message' } as const;
const verdicts = (['MAIL', 'RCPT', 'DATA', '.'] as const).flatMap((place) => [
  { place, code: 421, kind: 'deferred' },
  { place, code: 450, kind: 'deferred' },
  { place, code: 451, kind: 'deferred' },
  { place, code: 452, kind: 'deferred' },
  { place, code: 550, kind: 'refused' },
  { place, code: 552, kind: 'refused' },
  { place, code: 554, kind: 'refused' },
]);

describe.each([
  { name: 'with PIPELINING', offers: ['PIPELINING'] },
  { name: 'without PIPELINING', offers: [] },
])('the answer of a relay $name', ({ offers }) => {
  it.each(verdicts)('$code to $place is $kind, and the next mail goes out', async ({ place, code, kind }) => {
    const enhanced = `${String(code).charAt(0)}.7.1`;
    await withPeer((it, n) => replies(it, offers, n === 1 ? { [place]: `${code} ${enhanced} because` } : {}));
    expect(await sendOne(pool)).toEqual({
      kind,
      stage: stages[place],
      reply: { code, enhanced, text: 'because' },
    });
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted', reply: { code: 250, enhanced: '2.0.0' } });
    expect(peer.connections).toHaveLength(code === 421 ? 2 : 1);
  });

  it('354 to a refused recipient gets an empty message or none, and delivers nothing', async () => {
    await withPeer((it) => replies(it, offers, { RCPT: '550 5.1.1 no', '.': '250 strange' }));
    expect(await sendOne(pool)).toMatchObject({
      kind: 'refused',
      stage: 'rcpt',
      reply: { enhanced: '5.1.1' },
    });
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections).toHaveLength(1);
    const expected = offers.length > 0 ? [Buffer.alloc(0), smallMail.message] : [smallMail.message];
    expect(peer.connections[0]?.messages).toEqual(expected);
  });

  it('2xx to DATA is out of step: not sent, on a fresh connection afterwards', async () => {
    await withPeer((it, n) => replies(it, offers, n === 1 ? { DATA: '250 fine?' } : {}));
    expect(await sendOne(pool)).toMatchObject({ kind: 'notSent', touched: true });
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections).toHaveLength(2);
  });

  it('3xx to the finished message decides nothing', async () => {
    await withPeer((it) => replies(it, offers, { '.': '354 more?' }));
    expect(await sendOne(pool)).toMatchObject({ kind: 'unknown' });
  });

  it('a reply together with the 354 is no reply to the message', async () => {
    await withPeer((it) => replies(it, offers, { DATA: '354 go on\r\n250 taken' }));
    expect(await sendOne(pool)).toMatchObject({ kind: 'notSent', touched: true });
  });

  it('4xx in the middle of a large message decides, though the relay reads no further', async () => {
    await withPeer(async (it) => {
      await goodUntil(it, offers, 'inside', () => {
        it.pauseReading();
        it.say('452 4.3.1 disk full');
      });
    });
    expect(await sendOne(pool, largeMail)).toMatchObject({ kind: 'deferred', stage: 'message' });
  });

  it('a large message with dots arrives byte-equal', async () => {
    const message = Buffer.from(`.\r\n..\r\n.x\r\n${`.${'y'.repeat(70)}\r\n`.repeat(5_000)}`);
    await withPeer((it) => replies(it, offers, {}));
    expect(await sendOne(pool, mailOf(message))).toMatchObject({ kind: 'accepted' });
    const [wire = ''] = (peer.connections[0]?.messages ?? []).map((bytes) => `\r\n${bytes.toString()}`);
    expect(wire.replaceAll('\r\n.', '\r\n').slice(2)).toBe(message.toString());
  });

  it('withdrawn before the first byte leaves the connection usable', async () => {
    await withPeer((it) => replies(it, offers, {}));
    expect(await sendOne(pool, smallMail, () => false)).toMatchObject({ kind: 'notSent', touched: false });
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections).toHaveLength(1);
    expect(peer.connections[0]?.heard.filter((line) => line.startsWith('MAIL'))).toHaveLength(1);
  });

  it('withdrawn just before the message delivers nothing', async () => {
    await withPeer((it) => replies(it, offers, {}));
    let asked = 0;
    expect(await sendOne(pool, smallMail, () => ++asked < 2)).toMatchObject({
      kind: 'notSent',
      touched: true,
    });
    await peer.connections[0]?.gone();
    expect(peer.connections[0]?.unfinished.toString().trim()).toBe('');
    expect(peer.connections[0]?.messages).toEqual([]);
  });

  it('an error of the asker itself goes through and leaves no half transaction behind', async () => {
    await withPeer((it) => replies(it, offers, {}));
    let asked = 0;
    const broken = (): boolean => {
      if (++asked === 2) throw new Error('gate unreadable');
      return true;
    };
    await expect(sendOne(pool, smallMail, broken)).rejects.toThrow('gate unreadable');
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections).toHaveLength(2);
  });
});

describe('a reused connection', () => {
  it.each(['close', 'reset'] as const)('that ends by %s after MAIL is replaced unseen', async (ending) => {
    await withPeer(async (it, n) => {
      if (n > 1) {
        await welcome(it, ['PIPELINING']);
        await acceptMails(it);
        return;
      }
      await welcome(it, ['PIPELINING']);
      for (const answer of ['250 fine', '250 fine', '354 go on']) {
        await it.line();
        it.say(answer);
      }
      await it.message();
      it.say('250 taken');
      await it.line();
      endings[ending](it);
    });
    let asked = 0;
    const lane = await pool.acquire(never);
    expect(await lane.send(smallMail, always)).toMatchObject({ kind: 'accepted' });
    expect(await lane.send(smallMail, () => ++asked > 0)).toMatchObject({ kind: 'accepted' });
    lane.release();
    expect(asked).toBe(3);
    expect(peer.connections[1]?.messages).toEqual([smallMail.message]);
  });

  it('that says a byte before it ends is not tried again', async () => {
    await withPeer(async (it) => {
      await welcome(it, ['PIPELINING']);
      for (const answer of ['250 fine', '250 fine', '354 go on']) {
        await it.line();
        it.say(answer);
      }
      await it.message();
      it.say('250 taken');
      await it.line();
      it.raw('2');
      await new Promise((resolve) => setImmediate(resolve));
      it.close();
    });
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(await sendOne(pool)).toMatchObject({ kind: 'notSent', touched: true });
    expect(peer.connections).toHaveLength(1);
  });

  it('that answers MAIL with 421 is replaced; 421 on the fresh one stands', async () => {
    await withPeer(async (it, n) => {
      if (n > 1) return await replies(it, ['PIPELINING'], { MAIL: '421 4.7.0 slow down' });
      await goodUntil(it, ['PIPELINING'], 'dot', () => it.say('250 taken'));
      await it.line();
      it.say('421 4.4.2 idle');
      it.close();
    });
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(await sendOne(pool)).toMatchObject({
      kind: 'deferred',
      stage: 'mail',
      reply: { enhanced: '4.7.0' },
    });
    expect(peer.connections).toHaveLength(2);
  });

  it('that said 421 while idle is not used', async () => {
    await withPeer(async (it, n) => {
      await welcome(it, ['PIPELINING']);
      if (n > 1) return await acceptMails(it);
      it.say('421 4.4.2 idle too long');
      await it.gone();
    });
    const lane = await pool.acquire(never);
    await peer.connections[0]?.gone().catch(() => undefined);
    lane.release();
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer.connections).toHaveLength(2);
  });
});

describe('MAIL and RCPT', () => {
  const said = (): string[] =>
    (peer.connections[0]?.heard ?? []).filter((line) => /^(?:MAIL|RCPT)/.test(line));

  it('carry every parameter that is offered', async () => {
    await withPeer((it) => replies(it, ['PIPELINING', 'SIZE 1000000', '8BITMIME', 'SMTPUTF8', 'DSN'], {}));
    const mail = mailOf('Subject: ü\r\n\r\n', { to: 'jörg+x@bücher.example', envelopeId: 'a+b=c' });
    expect(await sendOne(pool, mail)).toMatchObject({ kind: 'accepted' });
    expect(said()).toEqual([
      'MAIL FROM:<b+1@example.com> SIZE=15 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb+3Dc',
      'RCPT TO:<jörg+x@xn--bcher-kva.example> NOTIFY=FAILURE,DELAY ORCPT=utf-8;j\\x{F6}rg\\x{2B}x@xn--bcher-kva.example',
    ]);
  });

  it('carry none when none is offered or needed', async () => {
    await withPeer((it) => replies(it, [], {}));
    await sendOne(pool, mailOf('x\r\n', { from: '', to: 'a@bücher.example', envelopeId: 'id' }));
    expect(said()).toEqual(['MAIL FROM:<>', 'RCPT TO:<a@xn--bcher-kva.example>']);
  });

  it.each([
    ['an international address', [], { to: 'jörg@x.example' }, 'rcpt', '5.6.7'],
    ['an international sender', [], { from: 'jörg@x.example' }, 'mail', '5.6.7'],
    ['8-bit text', [], { message: Buffer.from('ü\r\n') }, 'message', '5.6.3'],
    ['a message that is too big', ['SIZE 10'], { message: Buffer.alloc(11, 'x') }, 'message', '5.3.4'],
    ['a smuggled mail', [], { message: Buffer.from('a\n.\r\nMAIL FROM:<x>\r\n') }, 'message', '5.6.0'],
    ['a line break in an address', [], { to: 'a@x.example>\r\nDATA' }, 'rcpt', '5.1.3'],
  ] as const)(
    '%s never gets on the wire of a relay that cannot take it',
    async (_, offers, more, stage, code) => {
      await withPeer((it) => replies(it, [...offers], {}));
      const outcome = await sendOne(pool, mailOf('x\r\n', more));
      expect(outcome).toMatchObject({ kind: 'refused', stage, reply: { enhanced: code } });
      expect(JSON.stringify(outcome)).not.toContain('x.example');
      expect(said()).toEqual([]);
    },
  );
});
