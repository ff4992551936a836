import { describe, expect, it } from 'vitest';
import type { Stage } from '../../domain/outcome.ts';
import { classifyReply } from '../../domain/smtp-reply.ts';

type Row = readonly [reply: string, stage: Stage, code: string, hard: boolean];

/** 'CODE [ENHANCED|-] text' */
const rows: readonly Row[] = [
  ['550 5.1.1 User unknown', 'rcpt', 'userUnknown', true],
  ['550 5.1.2 Host unknown', 'rcpt', 'domainUnknown', true],
  ['553 5.1.3 Bad syntax', 'rcpt', 'userUnknown', true],
  ['550 5.1.6 Moved', 'rcpt', 'userUnknown', true],
  ['556 5.1.10 Recipient address has null MX', 'rcpt', 'domainUnknown', true],
  ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found', 'rcpt', 'userUnknown', true],
  ['550 5.2.1 The account is disabled', 'rcpt', 'mailboxDisabled', true],
  ['552 5.2.2 Mailbox full', 'rcpt', 'mailboxFull', false],
  ['452 4.2.2 Mailbox full', 'rcpt', 'mailboxFull', false],
  ['552 5.3.4 Message too big', 'mail', 'messageTooBig', false],
  ['552 5.2.3 Length exceeds limit', 'message', 'messageTooBig', false],
  ['553 5.6.7 Not international', 'rcpt', 'internationalAddress', false],
  ['550 5.7.1 Not allowed', 'rcpt', 'policy', false],
  ['550 5.7.26 Unauthenticated mail', 'message', 'policy', false],
  ['550 5.7.515 Access denied', 'message', 'policy', false],
  ['554 5.6.0 Bad content', 'message', 'content', false],
  ['535 5.7.8 Credentials invalid', 'mail', 'authentication', false],
  ['530 5.7.0 Authentication required', 'mail', 'authentication', false],
  ['550 5.1.8 Sender domain unknown', 'mail', 'senderRefused', false],
  ['450 4.7.1 Try again later', 'rcpt', 'greylisted', false],
  ['450 4.2.0 Greylisted for 300 s', 'rcpt', 'greylisted', false],
  ['451 - Greylisting in action', 'rcpt', 'greylisted', false],
  ['421 4.7.28 Unusual rate', 'message', 'rateLimited', false],
  ['450 4.2.1 is receiving mail too quickly', 'rcpt', 'rateLimited', false],
  ['421 - Too many connections', 'mail', 'rateLimited', false],
  ['452 4.5.3 Too many recipients', 'rcpt', 'rateLimited', false],
  ['450 4.1.1 Unverified address', 'rcpt', 'userUnknown', false],
  ['450 4.2.1 Disabled for now', 'rcpt', 'mailboxDisabled', false],
  // Without an enhanced code.
  ['550 - Requested action not taken', 'rcpt', 'userUnknown', true],
  ['550 - No such user here', 'rcpt', 'userUnknown', true],
  ['550 - Blocked by our spam policy', 'rcpt', 'policy', false],
  ['553 - Not in my list of hosts', 'rcpt', 'other', false],
  ['554 - Go away', 'rcpt', 'policy', false],
  ['554 - Transaction failed', 'message', 'content', false],
  ['550 - Rejected', 'message', 'content', false],
  ['550 - Sender refused', 'mail', 'senderRefused', false],
  ['552 - Storage exceeded', 'rcpt', 'mailboxFull', false],
  ['552 - Too much', 'message', 'messageTooBig', false],
  ['451 - Local error', 'message', 'other', false],
  ['421 - Closing', 'mail', 'other', false],
  // A more specific code in the words wins over a general one in front (Exim, OpenSMTPD).
  ['550 5.0.0 smtp; 550 5.1.1 <x>: unknown', 'rcpt', 'userUnknown', true],
  ['554 - The next relay said 550 5.1.1 unknown', 'message', 'userUnknown', true],
  ['550 5.1.0 rejected: 5.2.2 over quota', 'rcpt', 'mailboxFull', false],
  ['550 5.7.1 refused, not 5.1.1', 'rcpt', 'policy', false],
  // What only looks like a code.
  ['550 - Refused by 5.1.1.7', 'message', 'content', false],
  ['550 - mx 10.5.1.1 says no', 'message', 'content', false],
  ['554 - Exim 5.96.1 says no', 'message', 'content', false],
  ['451 4.0.0 later, earlier it was 5.1.1', 'rcpt', 'other', false],
];

describe('classifyReply', () => {
  it.each(rows)('reads "%s" at %s as %s, hard: %s', (reply, stage, code, hard) => {
    const [, basic, enhanced, text] = /^(\d{3}) (\S+) (.*)$/.exec(reply) ?? [];
    expect(
      classifyReply(
        { code: Number(basic), enhanced: enhanced === '-' ? null : (enhanced ?? null), text: text ?? '' },
        stage,
      ),
    ).toEqual({ code, hard });
  });
});
