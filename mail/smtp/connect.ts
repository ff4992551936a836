import net from 'node:net';
import tls from 'node:tls';
import type { Reply } from '../../domain/outcome.ts';
import { RelayTrouble } from '../transport.ts';
import type { Relay } from './relay.ts';

/** A TCP connection to the relay, shown to `began` before it is there. Throws RelayTrouble relayUnreachable. */
export async function connectPlain(
  relay: Relay,
  timeoutMs: number,
  began: (socket: net.Socket) => void,
): Promise<net.Socket> {
  const socket = net.connect({ host: relay.host, port: relay.port, noDelay: true, keepAlive: true });
  began(socket);
  try {
    await whenReady(socket, 'connect', timeoutMs);
  } catch (error) {
    const why = `the relay ${relay.host}:${relay.port} cannot be reached (${reasonOf(error)})`;
    throw new RelayTrouble('relayUnreachable', `${why}; check host, port and firewall`, null, {
      cause: error,
    });
  }
  return socket;
}

/**
 * TLS over `socket`, from the first byte or after STARTTLS. Throws RelayTrouble tlsUnavailable, or
 * relayUnavailable when the connection was lost meanwhile.
 *
 * The certificate is checked for smtps, for requireTLS, and whenever a login follows. Opportunistic TLS without login is
 * not checked (RFC 7435): who could forge the certificate could as well have hidden STARTTLS, and some protection beats none.
 */
export async function secure(socket: net.Socket, relay: Relay, timeoutMs: number): Promise<tls.TLSSocket> {
  const mustBeGenuine = relay.tls !== 'opportunistic' || relay.login !== null;
  const secured = tls.connect({
    socket,
    // SNI must not hold an IP address (RFC 6066 3), but the certificate is checked against it.
    ...(net.isIP(relay.host) === 0 ? { servername: relay.host } : { host: relay.host }),
    rejectUnauthorized: mustBeGenuine && !relay.insecureTls,
  });
  try {
    await whenReady(secured, 'secureConnect', timeoutMs);
  } catch (error) {
    const why = `the relay ${relay.host}:${relay.port} could not be secured with TLS (${reasonOf(error)})`;
    const wayOut = 'correct its certificate, or name its authority in NODE_EXTRA_CA_CERTS';
    // A relay that closes, resets or says nothing may be restarting: only what TLS itself refuses needs a person.
    const passing = isPassing(error);
    const code = passing ? 'relayUnavailable' : 'tlsUnavailable';
    throw new RelayTrouble(code, passing ? why : `${why}; ${wayOut}`, null, { cause: error });
  }
  return secured;
}

/** Lost, silent or refused below TLS: a system error, or one of our own from `whenReady`. */
function isPassing(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === undefined || (typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET)/.test(code));
}

/** RelayTrouble because of what the relay said while the connection was being made ready. */
export function relayRefuses(relay: Relay, doing: string, reply: Reply): RelayTrouble {
  const message = `the relay ${relay.host}:${relay.port} answered ${reply.code} to ${doing}; try again later`;
  return new RelayTrouble('relayUnavailable', message, reply);
}

function whenReady(socket: net.Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clean();
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const closed = (): void => fail(new Error('closed by the relay'));
    const ready = (): void => {
      clean();
      resolve();
    };
    const clean = (): void => {
      clearTimeout(timer);
      socket.off(event, ready).off('close', closed).off('error', fail);
      // An error after the end must not bring the process down.
      socket.on('error', () => undefined);
    };
    socket.once(event, ready).once('close', closed).once('error', fail);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
