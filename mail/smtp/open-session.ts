import type net from 'node:net';
import { hostname } from 'node:os';
import { RelayTrouble } from '../transport.ts';
import { type Capabilities, readCapabilities } from './capabilities.ts';
import { connectPlain, relayRefuses, secure } from './connect.ts';
import { ConnectionLost, Conversation } from './conversation.ts';
import { logIn } from './login.ts';
import type { Relay } from './relay.ts';
import { toReply, type WireReply } from './reply-parser.ts';
import { SmtpSession } from './session.ts';
import { tickMs, type Timeouts } from './timeouts.ts';

/**
 * A session ready for its first mail: connected, greeted, secured, logged in. Throws RelayTrouble, nothing else.
 * TLS fails closed where it is required, and a password never crosses to another machine in clear unless the relay's
 * settings say so (`insecureAuth`). When `ending` fires in the meantime the connection is given up, as RelayTrouble too.
 */
export async function openSession(
  relay: Relay,
  timeouts: Timeouts,
  ending: AbortSignal,
): Promise<SmtpSession> {
  const opening = new Opening(relay, timeouts);
  const giveUp = (): void => opening.abandon();
  ending.addEventListener('abort', giveUp, { once: true });
  try {
    return await opening.run();
  } catch (error) {
    opening.abandon();
    if (!(error instanceof ConnectionLost)) throw error;
    const message = `the relay ${relay.host}:${relay.port} did not finish its greeting: ${error.message}; try again later`;
    throw new RelayTrouble('relayUnavailable', message, null, { cause: error });
  } finally {
    ending.removeEventListener('abort', giveUp);
  }
}

class Opening {
  readonly #relay: Relay;
  readonly #timeouts: Timeouts;
  #conversation: Conversation | null = null;
  #socket: net.Socket | null = null;

  constructor(relay: Relay, timeouts: Timeouts) {
    this.#relay = relay;
    this.#timeouts = timeouts;
  }

  async run(): Promise<SmtpSession> {
    const relay = this.#relay;
    let conversation = this.#speak(await this.#connect());
    const greeting = await conversation.next(this.#timeouts.greetingMs);
    if (greeting.code !== 220) throw relayRefuses(relay, 'the connection', toReply(greeting));
    let offers = await this.#hello(conversation);
    let secured = relay.tls === 'implicit';
    if (!secured && relay.tls !== 'off') {
      const stripped = await this.#startTls(conversation, offers);
      if (stripped !== null) {
        conversation = this.#speak(stripped);
        // What was offered in clear may have been forged; only what is offered now counts (RFC 3207 4.2).
        offers = await this.#hello(conversation);
        secured = true;
      }
    }
    if (relay.login !== null) {
      this.#demandPrivacy(secured);
      await logIn(conversation, relay.login, offers, relay, this.#timeouts.greetingMs);
    }
    return new SmtpSession(conversation, offers, this.#timeouts);
  }

  abandon(): void {
    this.#conversation?.destroy();
    this.#socket?.destroy();
  }

  async #connect(): Promise<net.Socket> {
    const plain = await connectPlain(this.#relay, this.#timeouts.connectMs, (socket) => {
      this.#socket = socket;
    });
    return this.#relay.tls === 'implicit'
      ? await secure(plain, this.#relay, this.#timeouts.connectMs)
      : plain;
  }

  #speak(socket: net.Socket): Conversation {
    this.#socket = socket;
    this.#conversation = new Conversation(socket, tickMs(this.#timeouts));
    return this.#conversation;
  }

  async #hello(conversation: Conversation): Promise<Capabilities> {
    const name = this.#relay.name ?? ownName(this.#socket);
    const extended = await this.#ask(conversation, `EHLO ${name}`);
    if (extended.code === 250) return readCapabilities(extended.lines);
    // An old server that knows no EHLO says 5xx; HELO offers nothing (RFC 5321 3.2).
    if (extended.code < 500) throw relayRefuses(this.#relay, 'EHLO', toReply(extended));
    const plain = await this.#ask(conversation, `HELO ${name}`);
    if (plain.code !== 250) throw relayRefuses(this.#relay, 'EHLO and HELO', toReply(plain));
    return readCapabilities([]);
  }

  /** The secured socket, or null when the relay does not want TLS and need not. */
  async #startTls(conversation: Conversation, offers: Capabilities): Promise<net.Socket | null> {
    const required = this.#relay.tls === 'required';
    const where = `the relay ${this.#relay.host}:${this.#relay.port}`;
    const wayOut = 'use a port that offers it, or leave ?requireTLS out';
    if (!offers.startTls) {
      if (!required) return null;
      throw new RelayTrouble('tlsUnavailable', `${where} does not offer STARTTLS; ${wayOut}`);
    }
    const reply = await this.#ask(conversation, 'STARTTLS');
    if (reply.code === 220) return await secure(conversation.detach(), this.#relay, this.#timeouts.connectMs);
    if (!required && reply.code !== 421) return null;
    if (reply.code === 421) throw relayRefuses(this.#relay, 'STARTTLS', toReply(reply));
    const message = `${where} answered ${reply.code} to STARTTLS; ${wayOut}`;
    throw new RelayTrouble('tlsUnavailable', message, toReply(reply));
  }

  #demandPrivacy(secured: boolean): void {
    if (secured || this.#relay.insecureAuth || isLoopback(this.#socket?.remoteAddress)) return;
    throw new RelayTrouble(
      'tlsUnavailable',
      `the relay ${this.#relay.host}:${this.#relay.port} offers no TLS and the password would be sent in clear; ` +
        'use smtps:, or accept it with ?insecureAuth',
    );
  }

  async #ask(conversation: Conversation, command: string): Promise<WireReply> {
    conversation.write(`${command}\r\n`);
    return await conversation.next(this.#timeouts.greetingMs);
  }
}

/** The name of this machine when it is a full one, else its address as a literal (RFC 5321 4.1.4). */
function ownName(socket: net.Socket | null): string {
  const name = hostname();
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(name)) return name;
  const address = socket?.localAddress?.replace('::ffff:', '') ?? '127.0.0.1';
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^(?:::ffff:)?127\./.test(address) || address === '::1');
}
