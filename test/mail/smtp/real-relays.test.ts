import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SmtpPool } from '../../../mail/smtp/pool.ts';
import { startExim } from '../../support/mta/exim.ts';
import { startOpenSmtpd } from '../../support/mta/opensmtpd.ts';
import { startPostfix } from '../../support/mta/postfix.ts';
import { type RunningServer, whyNoPrivateMachine } from '../../support/mta/private-machine.ts';
import {
  busyPerson,
  maxMessageBytes,
  type RelayOptions,
  unknownPerson,
} from '../../support/mta/relay-options.ts';
import { makeCertificate } from './certificate.ts';
import { acceptMails, type ScriptedPeer, startPeer, welcome } from './scripted-peer.ts';
import { always, mailOf, never, openPool, sendOne } from './sending.ts';

/**
 * Our sessions against relays that people really run, each private to this test (see test/support/mta/). The relays pass on
 * what they accepted to a sink here, where the bytes are compared.
 */
interface RealRelay {
  readonly name: string;
  readonly start: (options: RelayOptions) => Promise<RunningServer | { missing: string }>;
  readonly tls: boolean;
  readonly international: boolean;
  /** Whether it passes the envelope id of a mail on (RFC 3461 5.2.1). */
  readonly passesEnvelopeId: boolean;
}

const relays: readonly RealRelay[] = [
  { name: 'Postfix', start: startPostfix, tls: true, international: true, passesEnvelopeId: true },
  { name: 'Exim', start: startExim, tls: true, international: true, passesEnvelopeId: true },
  { name: 'OpenSMTPD', start: startOpenSmtpd, tls: false, international: false, passesEnvelopeId: false },
];

const certificate = makeCertificate();
const noMachine = whyNoPrivateMachine() ?? (certificate === null ? 'needs the openssl program' : null);
if (noMachine !== null) process.stdout.write(`skipped: the real mail servers (${noMachine})\n`);

const slow = {
  connectMs: 20_000,
  greetingMs: 20_000,
  mailMs: 20_000,
  rcptMs: 20_000,
  dataMs: 20_000,
  finalMs: 20_000,
};

describe.skipIf(noMachine !== null).each(relays)('$name', (relay) => {
  let sink: ScriptedPeer;
  let server: RunningServer | null = null;
  let pool: SmtpPool;

  beforeAll(async () => {
    sink = await startPeer(async (it) => {
      await welcome(it, ['PIPELINING', 'SIZE', '8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES']);
      await acceptMails(it);
    });
    const started = await relay.start({ sinkPort: sink.port, certificate: certificate?.files ?? null });
    if ('missing' in started) {
      process.stdout.write(`skipped: ${relay.name} (${started.missing})\n`);
      return;
    }
    server = started;
    const query = relay.tls ? '?requireTLS&insecureTLS' : '';
    pool = openPool(`smtp://127.0.0.1:${server.port}${query}`, {
      connections: 2,
      timeouts: slow,
    });
  }, 60_000);

  afterAll(async () => {
    if (server !== null) await pool.close();
    await server?.stop();
    await sink.close();
  });

  /** The text of a message that reached the sink and holds `mark`, from its blank line on. */
  async function arrived(mark: string): Promise<string> {
    return await vi.waitFor(
      () => {
        const found = sink.connections.flatMap(({ messages }) => messages).find((one) => one.includes(mark));
        if (found === undefined) throw new Error(`nothing with ${mark} has arrived`);
        const text = found.toString('utf8').replaceAll('\r\n.', '\r\n');
        return text.slice(text.indexOf('\r\n\r\n') + 4);
      },
      { timeout: 20_000 },
    );
  }

  const heads =
    'From: <b@sender.example>\r\nTo: <x@reader.example>\r\nDate: Sun, 22 Nov 2026 03:00:00 +0000\r\nMIME-Version: 1.0\r\n';
  const message = (mark: string, body: string, type = '7bit'): string =>
    `${heads}Message-ID: <${mark}@sender.example>\r\nSubject: ${mark}\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${type}\r\n\r\n${mark}\r\n${body}`;
  const to = 'x@reader.example';

  it('accepts a mail (over STARTTLS where it can) and passes every byte on', async ({ skip }) => {
    if (server === null) return skip();
    const body = '.\r\n..\r\n.leading\r\nFrom the start\r\n\r\nend.\r\n';
    const outcome = await sendOne(pool, mailOf(message('plain', body), { to }));
    expect(outcome).toMatchObject({ kind: 'accepted', reply: { code: 250 } });
    expect(await arrived('plain@')).toBe(`plain\r\n${body}`);
  });

  it('takes an 8-bit body as it is', async ({ skip }) => {
    if (server === null) return skip();
    const body = 'Grüße aus Köln\r\n';
    const outcome = await sendOne(pool, mailOf(message('eight', body, '8bit'), { to }));
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(await arrived('eight@')).toBe(`eight\r\n${body}`);
  });

  it('takes the parameters of DSN', async ({ skip }) => {
    if (server === null) return skip();
    const mail = mailOf(message('notify', ''), { to, envelopeId: 'campaign.7+x' });
    expect(await sendOne(pool, mail)).toMatchObject({ kind: 'accepted' });
    await arrived('notify@');
    const said = sink.connections.flatMap(({ heard }) => heard).join('\n');
    if (relay.passesEnvelopeId) expect(said).toContain('ENVID=campaign.7+2Bx');
  });

  it('refuses an unknown person at RCPT, and the connection goes on', async ({ skip }) => {
    if (server === null) return skip();
    const lane = await pool.acquire(never);
    const outcomes = [];
    for (const person of [unknownPerson, busyPerson, to]) {
      outcomes.push(await lane.send(mailOf(message('mixed', ''), { to: person }), always));
    }
    lane.release();
    expect(outcomes).toMatchObject([
      { kind: 'refused', stage: 'rcpt', reply: { code: 550, enhanced: '5.1.1' } },
      { kind: 'deferred', stage: 'rcpt', reply: { enhanced: '4.2.0' } },
      { kind: 'accepted' },
    ]);
  });

  it('names its limit, and a bigger message is not offered to it', async ({ skip }) => {
    if (server === null) return skip();
    const body = `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(maxMessageBytes / 72));
    const outcome = await sendOne(pool, mailOf(message('big', body), { to }));
    expect(outcome).toMatchObject({
      kind: 'refused',
      stage: 'message',
      reply: { code: 552, enhanced: '5.3.4' },
    });
  });

  it('takes a message of more than one block', async ({ skip }) => {
    if (server === null) return skip();
    const body = `.${'x'.repeat(70)}\r\n`.repeat(2_000);
    expect(await sendOne(pool, mailOf(message('blocks', body), { to }))).toMatchObject({ kind: 'accepted' });
    expect(await arrived('blocks@')).toBe(`blocks\r\n${body}`);
  });

  it('gets an international address only when it can take one', async ({ skip }) => {
    if (server === null) return skip();
    const outcome = await sendOne(pool, mailOf(message('utf8', ''), { to: 'jörg@bücher.example' }));
    if (relay.international) {
      expect(outcome).toMatchObject({ kind: 'accepted' });
      await arrived('utf8@');
      expect(sink.connections.flatMap(({ heard }) => heard).join('\n')).toContain(
        '<jörg@xn--bcher-kva.example>',
      );
    } else {
      expect(outcome).toMatchObject({ kind: 'refused', stage: 'rcpt', reply: { enhanced: '5.6.7' } });
    }
  });

  it('keeps step with fifty pipelined mails on two connections', async ({ skip }) => {
    if (server === null) return skip();
    const mails = Array.from({ length: 50 }, (_, i) => mailOf(message(`many${i}x`, `${i}\r\n`), { to }));
    const outcomes = await Promise.all(mails.map((mail) => sendOne(pool, mail)));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(50);
    for (const i of mails.keys()) expect(await arrived(`many${i}x@`)).toBe(`many${i}x\r\n${i}\r\n`);
  });
});
