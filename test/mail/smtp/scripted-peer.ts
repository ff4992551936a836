import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** One connection as the peer sees it. What ends it from outside ends the script silently. */
export class PeerConnection {
  #socket: net.Socket;
  #buffer = Buffer.alloc(0);
  readonly #sleepers: (() => void)[] = [];
  #gone = false;
  /** Every command line in the order it came. */
  readonly heard: string[] = [];
  /** Messages as they came, not dot-unstuffed, without the end. */
  readonly messages: Buffer[] = [];
  /** Bytes of a message that never ended. */
  unfinished = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  get secured(): boolean {
    return this.#socket instanceof tls.TLSSocket;
  }

  async line(): Promise<string> {
    const line = (await this.#until('\r\n')).toString('utf8');
    this.heard.push(line);
    return line;
  }

  /** The message up to the final dot. */
  async message(): Promise<Buffer> {
    const whole = await this.#until('\r\n.\r\n', '\r\n');
    const message = whole.length === 0 ? whole : Buffer.concat([whole.subarray(2), Buffer.from('\r\n')]);
    this.messages.push(message);
    return message;
  }

  /** Waits until `bytes` of a message came, or until the connection is gone. */
  async part(bytes: number): Promise<void> {
    while (this.#buffer.length < bytes && !this.#gone) await this.#more();
    this.unfinished = this.#buffer;
  }

  async gone(): Promise<void> {
    while (!this.#gone) await this.#more();
    this.unfinished = this.#buffer;
  }

  say(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  raw(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  async startTls(certificate: Certificate): Promise<void> {
    this.#socket.removeAllListeners('data');
    const secured = new tls.TLSSocket(this.#socket, { isServer: true, ...certificate });
    secured.on('error', () => undefined);
    await once(secured, 'secure');
    this.#socket = secured;
    this.#listen(secured);
  }

  #listen(socket: net.Socket): void {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake();
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#gone = true;
        this.#wake();
      });
    }
  }

  async #until(end: string, before = ''): Promise<Buffer> {
    if (before !== '') this.#buffer = Buffer.concat([Buffer.from(before), this.#buffer]);
    for (let at = this.#buffer.indexOf(end); ; at = this.#buffer.indexOf(end)) {
      if (at >= 0) {
        const found = this.#buffer.subarray(0, at);
        this.#buffer = this.#buffer.subarray(at + end.length);
        return found;
      }
      if (this.#gone) throw new PeerGone();
      await this.#more();
    }
  }

  #wake(): void {
    for (const wake of this.#sleepers.splice(0)) wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push(resolve);
    });
  }
}

class PeerGone extends Error {}

export interface ScriptedPeer {
  readonly port: number;
  readonly url: string;
  readonly connections: PeerConnection[];
  /** Waits until every script has ended; throws what one of them threw. */
  close(): Promise<void>;
}

type Script = (peer: PeerConnection, number: number) => Promise<void>;

/** A relay that does with the n-th connection (from 1) what `script` says. */
export async function startPeer(script: Script, certificate?: Certificate): Promise<ScriptedPeer> {
  const connections: PeerConnection[] = [];
  const sockets = new Set<net.Socket>();
  const failures: unknown[] = [];
  const accept = (socket: net.Socket): void => {
    sockets.add(socket);
    const peer = new PeerConnection(socket);
    connections.push(peer);
    script(peer, connections.length).catch((error: unknown) => {
      if (!(error instanceof PeerGone)) failures.push(error);
    });
  };
  const server =
    certificate === undefined
      ? net.createServer({ noDelay: true }, accept)
      : tls.createServer({ ...certificate }, accept);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    url: `${certificate === undefined ? 'smtp' : 'smtps'}://127.0.0.1:${address.port}`,
    connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Greets and answers EHLO with these offers. */
export async function welcome(peer: PeerConnection, offers: readonly string[]): Promise<void> {
  peer.say('220 peer ready');
  await helloAgain(peer, offers);
}

export async function helloAgain(peer: PeerConnection, offers: readonly string[]): Promise<void> {
  await peer.line();
  const lines = ['peer', ...offers];
  peer.say(...lines.map((offer, i) => `250${i === lines.length - 1 ? ' ' : '-'}${offer}`));
}

/** Takes mails, also pipelined ones, until the other side leaves. */
export async function acceptMails(peer: PeerConnection): Promise<void> {
  for (let line = await peer.line(); ; line = await peer.line()) {
    if (line === 'QUIT') {
      peer.say('221 2.0.0 bye');
      peer.close();
      return;
    }
    if (line === 'DATA') {
      peer.say('354 go on');
      await peer.message();
      peer.say('250 2.0.0 taken');
    } else {
      peer.say('250 2.1.0 fine');
    }
  }
}
