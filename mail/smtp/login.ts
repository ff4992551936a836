import { RelayTrouble } from '../transport.ts';
import type { Capabilities } from './capabilities.ts';
import type { Conversation } from './conversation.ts';
import type { Login, Relay } from './relay.ts';
import { toReply, type WireReply } from './reply-parser.ts';

/**
 * AUTH (RFC 4954) with PLAIN (RFC 4616), LOGIN or XOAUTH2. Throws RelayTrouble loginRefused, or relayUnavailable when the
 * relay says that it cannot check logins just now (4xx). No message holds user or password.
 */
export async function logIn(
  conversation: Conversation,
  login: Login,
  offers: Capabilities,
  relay: Relay,
  timeoutMs: number,
): Promise<void> {
  const method = chooseMethod(login, offers, relay);
  const answers = answersOf(method, login);
  let reply = await ask(conversation, `AUTH ${method}${answers.initial}`, timeoutMs);
  for (const answer of answers.more) {
    if (reply.code === 334) reply = await ask(conversation, answer, timeoutMs);
  }
  if (reply.code !== 235) throw refused(relay, method, reply);
}

type Method = NonNullable<Login['method']>;

function chooseMethod(login: Login, offers: Capabilities, relay: Relay): Method {
  const wanted: readonly Method[] = login.method === null ? ['PLAIN', 'LOGIN'] : [login.method];
  const method = wanted.find((name) => offers.logins.has(name));
  if (method !== undefined) return method;
  const offered = [...offers.logins].join(', ') || 'none';
  throw new RelayTrouble(
    'loginRefused',
    `the relay ${relay.host}:${relay.port} offers no login by ${wanted.join(' or ')} (offered: ${offered}); ` +
      'use another port (587, or 465 with smtps:), choose ?auth=…, or leave user and password out of SMTP_URL',
  );
}

/** `more` are the answers to the 334s. After a refused token XOAUTH2 wants an empty line before it says 535. */
function answersOf(method: Method, login: Login): { initial: string; more: string[] } {
  if (method === 'LOGIN') return { initial: '', more: [base64(login.user), base64(login.secret)] };
  if (method === 'PLAIN') return { initial: ` ${base64(`\0${login.user}\0${login.secret}`)}`, more: [] };
  const token = `user=${login.user}\u0001auth=Bearer ${login.secret}\u0001\u0001`;
  return { initial: ` ${base64(token)}`, more: [''] };
}

function refused(relay: Relay, method: Method, wire: WireReply): RelayTrouble {
  const reply = toReply(wire);
  const where = `the relay ${relay.host}:${relay.port}`;
  const forNow = reply.code >= 400 && reply.code < 500;
  return forNow
    ? new RelayTrouble(
        'relayUnavailable',
        `${where} cannot check logins now (${reply.code}); try again later`,
        reply,
      )
    : new RelayTrouble(
        'loginRefused',
        `${where} refused the login by ${method} (${reply.code}); correct user and password in SMTP_URL`,
        reply,
      );
}

async function ask(conversation: Conversation, line: string, timeoutMs: number): Promise<WireReply> {
  conversation.write(`${line}\r\n`);
  return await conversation.next(timeoutMs);
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
