import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { RelayTroubleCode } from '../../../domain/outcome.ts';
import { RelayTrouble, type Transport } from '../../../mail/transport.ts';
import { makeCertificate } from './certificate.ts';
import {
  acceptMails,
  helloAgain,
  type PeerConnection,
  type ScriptedPeer,
  startPeer,
  welcome,
} from './scripted-peer.ts';
import { never, openPool, sendOne, shortTimeouts } from './sending.ts';

const certificate = makeCertificate();
let peer: ScriptedPeer | null = null;
let pool: Transport | null = null;

afterEach(async () => {
  await pool?.close();
  await peer?.close();
  peer = null;
  pool = null;
});

const shortest = Object.fromEntries(Object.keys(shortTimeouts).map((key) => [key, 150]));

async function open(
  script: (it: PeerConnection) => Promise<void>,
  query = '',
  options: { user?: string; timeouts?: object; tls?: boolean } = {},
): Promise<void> {
  peer = await startPeer(script, options.tls === true && certificate !== null ? certificate : undefined);
  const url = `${peer.url.replace('//', `//${options.user ?? ''}`)}${query}`;
  pool = openPool(url, { connections: 1, timeouts: options.timeouts ?? {} });
}

async function troubleOf(from: Transport | null): Promise<RelayTrouble> {
  const error: unknown = await from?.acquire(never).then(
    (lane) => {
      lane.release();
      return null;
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof RelayTrouble)) throw new Error(`no RelayTrouble but ${String(error)}`);
  return error;
}

describe('the relay cannot be used', () => {
  it('when nothing listens', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    pool = openPool(`smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    expect(await troubleOf(pool)).toMatchObject({ code: 'relayUnreachable', reply: null });
  });

  it.each(['421 4.3.2 busy', '450 no', '550 5.7.1 not you', '554 no SMTP here'])(
    'when it greets with %s',
    async (words) => {
      await open(async (it) => {
        it.say(words);
        await it.gone();
      });
      const trouble = await troubleOf(pool);
      expect(trouble.code).toBe('relayUnavailable');
      expect(trouble.reply?.code).toBe(Number(words.slice(0, 3)));
    },
  );

  const endings: [string, (it: PeerConnection) => void][] = [
    ['closes', (it) => it.close()],
    ['resets', (it) => it.reset()],
    ['is silent', () => undefined],
    ['talks nonsense', (it) => it.say('SSH-2.0-x')],
  ];
  it.each(endings)('when it %s instead of greeting', async (how, end) => {
    await open(async (it) => end(it), '', { timeouts: shortest });
    // A reset may come before this side has seen that it is connected.
    const codes = ['relayUnavailable', ...(how === 'resets' ? ['relayUnreachable'] : [])];
    expect(codes).toContain((await troubleOf(pool)).code);
  });

  it.each(endings)('when it %s instead of answering EHLO', async (_, end) => {
    await open(
      async (it) => {
        it.say('220 peer');
        await it.line();
        end(it);
      },
      '',
      { timeouts: shortest },
    );
    expect((await troubleOf(pool)).code).toBe('relayUnavailable');
  });

  it('when it knows neither EHLO nor HELO', async () => {
    await open(async (it) => {
      it.say('220 peer');
      await it.line();
      it.say('502 what?');
      await it.line();
      it.say('554 no');
      await it.gone();
    });
    expect(await troubleOf(pool)).toMatchObject({ code: 'relayUnavailable', reply: { code: 554 } });
  });
});

it('a relay that knows only HELO gets its mails one command at a time', async () => {
  await open(async (it) => {
    it.say('220 peer');
    await it.line();
    it.say('502 what?');
    expect(await it.line()).toMatch(/^HELO \S+$/);
    it.say('250 PIPELINING');
    await acceptMails(it);
  });
  expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
});

describe('login', () => {
  const hidden = 'p:ä/ss';
  const user = `us%40er:${encodeURIComponent(hidden)}@`;

  async function login(offer: string, replies: string[], query = ''): Promise<string[]> {
    const heard: string[] = [];
    await open(
      async (it) => {
        await welcome(it, ['PIPELINING', offer]);
        for (const reply of replies) {
          heard.push(await it.line());
          it.say(reply);
        }
        await acceptMails(it);
      },
      query,
      { user },
    );
    return heard;
  }

  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it.each([
    ['AUTH LOGIN PLAIN', '', ['235 ok'], [`AUTH PLAIN ${base64(`\0us@er\0${hidden}`)}`]],
    [
      'AUTH=LOGIN',
      '',
      ['334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6', '235 ok'],
      ['AUTH LOGIN', base64('us@er'), base64(hidden)],
    ],
    [
      'AUTH PLAIN LOGIN',
      '?auth=login',
      ['334 x', '334 y', '235 ok'],
      ['AUTH LOGIN', base64('us@er'), base64(hidden)],
    ],
    [
      'AUTH PLAIN XOAUTH2',
      '?auth=xoauth2',
      ['235 ok'],
      [`AUTH XOAUTH2 ${base64(`user=us@er\u0001auth=Bearer ${hidden}\u0001\u0001`)}`],
    ],
  ])('with %s%s', async (offer, query, replies, expected) => {
    const heard = await login(offer, replies, query);
    expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
    expect(heard).toEqual(expected);
  });

  const refusals: [string, string, string[], RelayTroubleCode][] = [
    ['AUTH PLAIN', '', ['535 5.7.8 wrong'], 'loginRefused'],
    ['AUTH PLAIN', '', ['534 5.7.9 too weak'], 'loginRefused'],
    ['AUTH PLAIN', '', ['530 5.7.0 TLS first'], 'loginRefused'],
    ['AUTH LOGIN', '', ['334 x', '535 no such user'], 'loginRefused'],
    ['AUTH XOAUTH2', '?auth=xoauth2', ['334 eyJzdGF0dXMiOiI0MDEifQ==', '535 5.7.8 token'], 'loginRefused'],
    ['AUTH PLAIN', '', ['454 4.7.0 not now'], 'relayUnavailable'],
    ['AUTH CRAM-MD5', '', [], 'loginRefused'],
    ['SIZE', '', [], 'loginRefused'],
  ];
  it.each(refusals)('with %s%s answered %j is trouble', async (offer, query, replies, code) => {
    await login(offer, replies, query);
    const trouble = await troubleOf(pool);
    expect(trouble.code).toBe(code);
    const said = `${trouble.message} ${JSON.stringify(trouble.reply)}`;
    for (const secret of [hidden, 'us@er', base64(hidden), encodeURIComponent(hidden)])
      expect(said).not.toContain(secret);
  });

  it.each([
    ['closes', (it: PeerConnection) => it.close()],
    ['is silent', () => undefined],
  ] as const)('is unavailable when the relay %s', async (_, end) => {
    await open(
      async (it) => {
        await welcome(it, ['AUTH PLAIN']);
        await it.line();
        end(it);
      },
      '',
      { user, timeouts: shortest },
    );
    expect((await troubleOf(pool)).code).toBe('relayUnavailable');
  });
});

it.each([
  ['does not offer STARTTLS', [] as string[], ''],
  ['refuses it', ['STARTTLS'], '454 4.7.0 no key'],
])('requireTLS fails closed when the relay %s', async (_, offers, refusal) => {
  await open(async (it) => {
    await welcome(it, offers);
    await it.line();
    it.say(refusal);
    await it.gone();
  }, '?requireTLS');
  expect((await troubleOf(pool)).code).toBe('tlsUnavailable');
  expect(peer?.connections[0]?.heard.join()).not.toContain('MAIL');
});

it('opportunistic TLS goes on in clear when the relay cannot now', async () => {
  await open(async (it) => {
    await welcome(it, ['STARTTLS', 'PIPELINING']);
    expect(await it.line()).toBe('STARTTLS');
    it.say('454 4.7.0 no key');
    await acceptMails(it);
  });
  expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
});

if (certificate === null) process.stdout.write('skipped: the TLS tests need the openssl program\n');

describe.skipIf(certificate === null)('TLS', () => {
  async function upgrade(it: PeerConnection, extra = ''): Promise<void> {
    await welcome(it, ['STARTTLS', 'PIPELINING']);
    expect(await it.line()).toBe('STARTTLS');
    it.raw(`220 go\r\n${extra}`);
    await it.startTls(certificate!);
    await helloAgain(it, ['PIPELINING']);
    await acceptMails(it);
  }

  it('is used when offered, and nobody checks the certificate without a reason', async () => {
    await open((it) => upgrade(it));
    expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
    expect(peer?.connections[0]?.secured).toBe(true);
  });

  it('throws away what was sent in clear behind the answer to STARTTLS', async () => {
    await open((it) => upgrade(it, '250-evil\r\n250-AUTH PLAIN\r\n250 SMTPUTF8\r\n250 fine\r\n'));
    expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
    expect(peer?.connections[0]?.heard.filter((line) => line.startsWith('EHLO'))).toHaveLength(2);
  });

  it.each([
    ['requireTLS', '?requireTLS', ''],
    ['a login', '', 'user:password@'],
  ])('demands a genuine certificate with %s', async (_, query, user) => {
    await open((it) => upgrade(it), query, { user });
    const trouble = await troubleOf(pool);
    expect(trouble.code).toBe('tlsUnavailable');
    expect(trouble.message).toContain('CERT');
  });

  it('takes any certificate with insecureTLS', async () => {
    await open((it) => upgrade(it), '?requireTLS&insecureTLS');
    expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
  });

  it('is not used with ignoreTLS', async () => {
    await open(async (it) => {
      await welcome(it, ['STARTTLS', 'PIPELINING']);
      await acceptMails(it);
    }, '?ignoreTLS');
    expect(await sendOne(pool!)).toMatchObject({ kind: 'accepted' });
    expect(peer?.connections[0]?.heard.join()).not.toContain('STARTTLS');
  });

  it.each(['close', 'reset'] as const)(
    'that ends by %s in the handshake is trouble that may pass: relayUnavailable',
    async (ending) => {
      await open(async (it) => {
        await welcome(it, ['STARTTLS']);
        await it.line();
        it.say('220 go');
        if (ending === 'close') it.close();
        else it.reset();
      });
      expect((await troubleOf(pool)).code).toBe('relayUnavailable');
    },
  );

  it('from the first byte (smtps) demands a genuine certificate, and sends with insecureTLS', async () => {
    const script = async (it: PeerConnection): Promise<void> => {
      await welcome(it, ['PIPELINING']);
      await acceptMails(it);
    };
    await open(script, '', { tls: true });
    expect((await troubleOf(pool)).code).toBe('tlsUnavailable');
    await pool?.close();
    pool = openPool(`${peer?.url}?insecureTLS`);
    expect(await sendOne(pool)).toMatchObject({ kind: 'accepted' });
    expect(peer?.connections.at(-1)?.secured).toBe(true);
  });

  it('accepts a certificate of an authority that NODE_EXTRA_CA_CERTS names', async () => {
    peer = await startPeer(async (it) => {
      await welcome(it, ['PIPELINING']);
      await acceptMails(it);
    }, certificate!);
    const program = `
      import { SmtpPool } from ${JSON.stringify(new URL('../../../mail/smtp/pool.ts', import.meta.url).href)};
      import { parseSmtpUrl } from ${JSON.stringify(new URL('../../../mail/smtp/url.ts', import.meta.url).href)};
      const pool = new SmtpPool(parseSmtpUrl(${JSON.stringify(peer.url)}));
      const lane = await pool.acquire(new AbortController().signal);
      lane.release();
      await pool.close();
      console.log('genuine');`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate!.files.cert } },
    );
    expect(stdout.trim()).toBe('genuine');
  });
});
