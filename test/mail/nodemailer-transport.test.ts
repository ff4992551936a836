import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeNodemailerError } from '../../mail/nodemailer-error.ts';
import { NodemailerTransport } from '../../mail/nodemailer-transport.ts';
import { openTransport } from '../../mail/open-transport.ts';
import { SmtpPool } from '../../mail/smtp/pool.ts';
import { mailOf, never, sendOne, smallMail } from './smtp/sending.ts';

describe('a nodemailer transport', () => {
  it('gets envelope and bytes as they are', async () => {
    const seen: unknown[] = [];
    const transport = new NodemailerTransport(
      {
        sendMail: async (mail) => {
          seen.push(mail);
          return { response: '250 2.6.0 queued as 7' };
        },
        close: () => undefined,
      },
      1,
    );
    expect(await sendOne(transport)).toEqual({
      kind: 'accepted',
      reply: { code: 250, enhanced: '2.6.0', text: 'queued as 7' },
    });
    expect(seen).toEqual([
      {
        envelope: { from: smallMail.from, to: smallMail.to },
        raw: smallMail.message,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
    ]);
  });

  it('takes a mail in place of a server (JSON transport)', async () => {
    const transport = new NodemailerTransport(createTransport({ jsonTransport: true }), 1);
    expect(await sendOne(transport)).toMatchObject({ kind: 'accepted', reply: { code: 250 } });
    expect(await sendOne(transport, smallMail, () => false)).toMatchObject({
      kind: 'notSent',
      touched: false,
    });
    await transport.close();
  });

  it('has so many lanes and no more, and gives up waiting when the signal fires', async () => {
    const transport = new NodemailerTransport(createTransport({ jsonTransport: true }), 1);
    const lane = await transport.acquire(never);
    const stop = new AbortController();
    const waiting = transport.acquire(stop.signal);
    const next = transport.acquire(never);
    stop.abort(new Error('paused'));
    await expect(waiting).rejects.toThrow('paused');
    lane.release();
    const second = await next;
    second.release();
    (await transport.acquire(never)).release();
  });
});

describe('an error of a nodemailer transport', () => {
  const failure = (fields: object, message = 'x'): Error => Object.assign(new Error(message), fields);

  it.each([
    [
      { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 450, response: '450 4.7.1 no' },
      'deferred',
      'mail',
    ],
    [
      { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.1.1 no' },
      'refused',
      'rcpt',
    ],
    [
      { code: 'EMESSAGE', command: 'DATA', responseCode: 554, response: '554 5.7.1 no' },
      'refused',
      'message',
    ],
    [{ code: 'ECONNECTION', command: 'CONN', responseCode: 421, response: '421 bye' }, 'deferred', 'data'],
    [{ code: 'EAUTH', responseCode: 535, response: '535 5.7.8 no' }, 'notSent', undefined],
    [{ code: 'EPROTOCOL', command: 'CONN', responseCode: 421 }, 'notSent', undefined],
    [{ code: 'ESOCKET', syscall: 'connect' }, 'notSent', undefined],
    [{ code: 'ENOENT', syscall: 'spawn /nowhere/sendmail' }, 'notSent', undefined],
    [{ code: 'ECONNECTION', command: 'CONN' }, 'unknown', undefined],
    [{ code: 'ETIMEDOUT', command: 'CONN' }, 'unknown', undefined],
    [{ name: 'MessageRejected', $metadata: { httpStatusCode: 400 } }, 'refused', 'message'],
    [{ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } }, 'deferred', 'message'],
    [{ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }, 'notSent', undefined],
    [{ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }, 'unknown', undefined],
  ])('%j is %s', (fields, kind, stage) => {
    const outcome = judgeNodemailerError(failure(fields));
    expect(outcome.kind).toBe(kind);
    expect('stage' in outcome ? outcome.stage : undefined).toBe(stage);
  });

  it('that is no error at all decides nothing', () => {
    expect(judgeNodemailerError('boom').kind).toBe('unknown');
  });
});

describe('openTransport', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-sendmail-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(lines: string): string {
    const path = join(folder, 'sendmail');
    writeFileSync(path, `#!/bin/sh\n${lines}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('sends by SMTP for smtp: and smtps:', async () => {
    for (const url of ['smtp://127.0.0.1', 'smtps://127.0.0.1']) {
      const transport = openTransport({ url, connections: 2 });
      expect(transport).toBeInstanceOf(SmtpPool);
      await transport.close();
    }
  });

  it('hands over to the program for sendmail:', async () => {
    const path = program(`echo "$@" > ${folder}/arguments; cat > ${folder}/message`);
    const transport = openTransport({ url: `sendmail:${path}`, connections: 1 });
    expect(await sendOne(transport, mailOf('Subject: x\r\n\r\n.\r\nend\r\n'))).toMatchObject({
      kind: 'accepted',
    });
    expect(readFileSync(join(folder, 'message'), 'utf8')).toBe('Subject: x\n\n.\nend\n');
    expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe('-i -f b+1@example.com user@example.com\n');
  });

  it.each([
    ['67', 'refused'],
    ['127', 'notSent'],
    ['75', 'unknown'],
  ])('reads exit code %s of the program as %s', async (code, kind) => {
    const transport = openTransport({
      url: `sendmail:${program(`cat > /dev/null; exit ${code}`)}`,
      connections: 1,
    });
    expect((await sendOne(transport)).kind).toBe(kind);
  });

  it('says not sent when there is no such program', async () => {
    const transport = openTransport({ url: `sendmail:${folder}/nothing`, connections: 1 });
    expect((await sendOne(transport)).kind).toBe('notSent');
  });

  it.each(['sendmail:bin/sendmail', 'http://x', ''])('refuses %j', (url) => {
    expect(() => openTransport({ url, connections: 1 })).toThrow(/must be followed|SMTP_URL/);
  });
});
