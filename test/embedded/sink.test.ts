import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startSink } from '../../embedded/sink/sink.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice sink ü '));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const message = (n: number): string =>
  `Message-ID: <${n}@example.com>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_${n}?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n` +
  `<script>alert(1)</script><p>Hello ${n}</p>\r\n..a line that began with a dot\r\n`;

it('keeps what it accepted over a restart and shows it', async () => {
  let sink = await startSink({ dir });
  expect(await deliver(sink.smtpPort, ['a@example.com', 'b@example.com'], message(1))).toMatch(/^250 /);
  await sink.stop();
  sink = await startSink({ dir });
  expect(await deliver(sink.smtpPort, ['c@example.com'], message(2))).toMatch(/^250 /);

  const ask = async (path: string): Promise<string> => await (await fetch(`${sink.url}${path}`)).text();
  expect(JSON.parse(await ask('/count'))).toEqual({ count: 2 });
  const recipients = (await ask('/recipients'))
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(recipients).toMatchObject([
    { to: 'a@example.com', messageId: '<1@example.com>' },
    { to: 'b@example.com', messageId: '<1@example.com>' },
    { to: 'c@example.com', messageId: '<2@example.com>' },
  ]);
  expect(await ask('/messages/1/raw')).toBe(message(1).replace('\r\n..a', '\r\n.a'));
  expect(JSON.parse(await ask('/messages?limit=1&after=1'))).toMatchObject({
    items: [{ n: 2, to: ['c@example.com'] }],
  });
  expect(await ask('/?q=C@EXAMPLE')).toContain('Grüße 2');
  expect(await ask('/?q=C@EXAMPLE')).not.toContain('Grüße 1');
  await sink.stop();
});

it('shows a stranger’s HTML in a frame that can do nothing', async () => {
  const sink = await startSink({ dir });
  const response = await fetch(`${sink.url}/view/1`);
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  const page = await response.text();
  expect(page).toContain('<iframe sandbox="" srcdoc="&lt;script&gt;');
  expect(page).not.toContain('<script>');
  await sink.stop();
});

it('does not answer a web page that reaches it under a foreign name', async () => {
  const sink = await startSink({ dir });
  const answer = await raw(
    sink.httpPort,
    'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  await sink.stop();
});

it('takes a pipelined transaction in one piece, cut anywhere', async () => {
  const peer = await SmtpPeer.start({ keepMessages: true });
  const talk = `EHLO test\r\nMAIL FROM:<s@example.com>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nMessage-ID: <x@y>\r\n\r\nHi\r\n.\r\nQUIT\r\n`;
  for (let cut = 1; cut < talk.length; cut += 7) await raw(peer.port, talk.slice(0, cut), talk.slice(cut));
  const expected = Math.ceil((talk.length - 1) / 7);
  expect(peer.accepted.length).toBe(expected);
  expect(new Set(peer.accepted.map(({ message }) => message.toString()))).toEqual(
    new Set(['Message-ID: <x@y>\r\n\r\nHi\r\n']),
  );
  await peer.stop();
});

it('tells a mail that was dropped before acceptance from one whose reply was lost', async () => {
  const peer = await SmtpPeer.start({ script: (stage) => (stage === 'message' ? 'close' : undefined) });
  await deliver(peer.port, ['a@example.com'], message(1));
  expect(peer.accepted).toEqual([]);
  peer.script = (stage) => (stage === 'accepted' ? 'close' : undefined);
  expect(await deliver(peer.port, ['a@example.com'], message(1))).toMatch(/^354 /);
  expect(peer.accepted).toMatchObject([{ to: 'a@example.com', messageId: '<1@example.com>' }]);
  await peer.stop();
});

it('answers as scripted at each stage, and refuses connections while it is away', async () => {
  const peer = await SmtpPeer.start();
  peer.script = (stage, { recipients }) =>
    stage === 'rcpt' && recipients.at(-1) === 'bad@example.com' ? { reply: '550 5.1.1 nobody' } : undefined;
  expect(await deliver(peer.port, ['bad@example.com'], message(1))).toMatch(/^554 5\.5\.1/);
  await deliver(peer.port, ['bad@example.com', 'good@example.com'], message(1));
  expect(peer.accepted.map(({ to }) => to)).toEqual(['good@example.com']);
  peer.script = async (stage) =>
    await Promise.resolve(stage === 'message' ? { reply: '451 4.3.0 later' } : undefined);
  expect(await deliver(peer.port, ['good@example.com'], message(1))).toBe('451 4.3.0 later');
  await peer.goAway();
  await expect(deliver(peer.port, ['good@example.com'], message(1))).rejects.toThrow(/ECONNREFUSED/);
  await peer.comeBack();
  peer.script = undefined;
  expect(await deliver(peer.port, ['good@example.com'], message(1))).toMatch(/^250 /);
  await peer.stop();
});

/** Sends one mail in one write; gives the last reply before the farewell. */
async function deliver(port: number, to: readonly string[], body: string): Promise<string | undefined> {
  const recipients = to.map((address) => `RCPT TO:<${address}>\r\n`).join('');
  const talk = `EHLO test\r\nMAIL FROM:<s@example.com>\r\n${recipients}DATA\r\n${body}.\r\nQUIT\r\n`;
  const said = await raw(port, talk);
  const replies = said
    .trim()
    .split('\r\n')
    .filter((line) => !line.startsWith('221') && !line.startsWith('502'));
  return replies.find((line) => line.startsWith('554')) ?? replies.at(-1);
}

async function raw(port: number, ...writes: string[]): Promise<string> {
  return await new Promise((resolve, reject) => {
    let said = '';
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? reject(error) : resolve(said),
    );
    socket.once('close', () => resolve(said));
    const [first = '', ...rest] = writes;
    socket.write(first, () => rest.forEach((text) => setImmediate(() => socket.write(text))));
  });
}
