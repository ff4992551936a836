import { createServer, type Server, type Socket } from 'node:net';
import type { Script } from './script.ts';
import { converse, type ConnectionOptions } from './smtp-connection.ts';

export interface ListenerOptions {
  readonly script?: Script | undefined;
  readonly accept: ConnectionOptions['accept'];
  readonly flush?: () => void;
  /** Largest message in bytes; default 50 MB. */
  readonly sizeLimit?: number;
}

export interface SmtpListener {
  readonly port: number;
  /** Connections open now. */
  connections(): number;
  /** Drops every connection without a word. */
  dropConnections(): void;
  /** New connections are refused until `listen`; those that are open stay. */
  stopListening(): Promise<void>;
  /** Listens again on the same port. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Receives mail on 127.0.0.1; port 0 takes a free one. */
export async function listenForMail(port: number, options: ListenerOptions): Promise<SmtpListener> {
  const sockets = new Set<Socket>();
  let count = 0;
  const greet = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    converse(socket, {
      number: ++count,
      sizeLimit: options.sizeLimit ?? 50_000_000,
      script: options.script,
      accept: options.accept,
      flush: options.flush ?? (() => undefined),
    });
  };
  let server = await listening(port, greet);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  const dropConnections = (): void => sockets.forEach((socket) => socket.destroy());
  const stopListening = async (): Promise<void> => {
    // close() waits for open connections; the port is free at once.
    if (server.listening) server.close();
    await Promise.resolve();
  };
  return {
    port: taken,
    connections: () => sockets.size,
    dropConnections,
    stopListening,
    listen: async () => {
      if (!server.listening) server = await listening(taken, greet);
    },
    close: async () => {
      await stopListening();
      dropConnections();
    },
  };
}

async function listening(port: number, greet: (socket: Socket) => void): Promise<Server> {
  const server = createServer(greet);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', backlog: 511 }, resolve);
  });
  return server;
}
