import type { Outcome, Stage } from '../domain/outcome.ts';
import { toReply } from './smtp/reply-parser.ts';

/**
 * What an error of a nodemailer transport says about its mail.
 *
 * | it tells | outcome |
 * |---|---|
 * | it never got as far as a mail: name, connection, TLS, login, program not found | notSent |
 * | an SMTP reply (`responseCode`) to MAIL, RCPT, DATA or the message | deferred (4xx), refused (5xx) |
 * | sendmail: exit 67 (no such user) or 68 (no such host), sysexits.h | refused |
 * | SES: MessageRejected | refused |
 * | SES: throttled (429) | deferred |
 * | SES: another 4xx, such as a missing right | notSent |
 * | anything else, above all "connection closed" and "timeout" | unknown |
 */
export function judgeNodemailerError(error: unknown): Outcome {
  const facts = readFacts(error);
  const { code, syscall, responseCode } = facts;
  if (neverBegan.has(code) || syscall === 'connect' || syscall.startsWith('spawn')) {
    return notSent(`the transport could not begin (${code || syscall})`);
  }
  if (responseCode >= 400 && responseCode <= 599) {
    return decided(stageOf(facts), responseCode, facts.response.replace(/^\d{3}[ -]?/, ''));
  }
  const exit = /exited with code (\d+)/.exec(facts.message)?.[1];
  if (exit === '127') return notSent('the sendmail program was not found');
  if (exit === '67' || exit === '68') return decided('rcpt', 550, `sendmail exited with code ${exit}`);
  return judgeHttp(facts) ?? { kind: 'unknown', text: `the transport failed (${code || facts.name})` };
}

const neverBegan: ReadonlySet<string> = new Set([
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
  'ECONFIG',
  'EDNS',
  'EPROTOCOL',
  'EPROXY',
  'EREQUIRETLS',
  'ETLS',
]);

/** The AWS SDK puts the status of the answer into `$metadata`; without an answer there is none, and no certainty. */
function judgeHttp({ httpStatus, name, message }: Facts): Outcome | null {
  if (name === 'MessageRejected') return decided('message', 554, message);
  if (httpStatus === 429 || /throttl|toomanyrequests/i.test(name)) return decided('message', 451, name);
  return httpStatus >= 400 && httpStatus < 500 ? notSent(`the service refused the request (${name})`) : null;
}

interface Facts {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly command: string;
  readonly syscall: string;
  readonly response: string;
  readonly responseCode: number;
  readonly httpStatus: number;
}

function readFacts(error: unknown): Facts {
  const fields = new Map<string, unknown>(
    typeof error === 'object' && error !== null ? Object.entries(error) : [],
  );
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const metadata = fields.get('$metadata');
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : 0;
  return {
    name: error instanceof Error ? error.name : 'unknown error',
    message: error instanceof Error ? error.message : '',
    code: text('code'),
    command: text('command'),
    syscall: text('syscall'),
    response: text('response'),
    responseCode: Number(fields.get('responseCode') ?? 0),
    httpStatus: Number(status),
  };
}

function stageOf({ command, code }: Facts): Stage {
  if (command === 'MAIL FROM') return 'mail';
  if (command === 'RCPT TO') return 'rcpt';
  return code === 'EMESSAGE' ? 'message' : 'data';
}

function decided(stage: Stage, code: number, text: string): Outcome {
  return { kind: code < 500 ? 'deferred' : 'refused', stage, reply: toReply({ code, lines: [text] }) };
}

function notSent(text: string): Outcome {
  return { kind: 'notSent', touched: true, text };
}
