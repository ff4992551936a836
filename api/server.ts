import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { maxUrlLength } from './app.ts';
import { wouldRead } from './json-body.ts';
import { Problem } from './problem.ts';

export interface ApiServer {
  readonly port: number;
  /** Stops accepting, lets requests under way end, and resolves when every connection is closed. */
  stop(): Promise<void>;
}

/** URL and headers together; longer ones never reach the application. */
const maxHeaderBytes = 32_768;

/**
 * Longer than clients and proxies keep an idle connection (mostly up to 60 s): when the server is the first to close, a
 * request that is on its way at that moment fails.
 */
const keepAliveTimeout = 75_000;

/** Serves an application at an address. Rejects with words when the port is taken. */
export async function listen(
  app: RequestListener,
  address: { host: string; port: number },
): Promise<ApiServer> {
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, headersTimeout: 20_000, requestTimeout: 0, keepAliveTimeout },
    app,
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A body that would be refused is not asked for.
    if (wouldRead(request)) response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('clientError', (error: Error & { code?: string; rawPacket?: Buffer }, socket) => {
    // net.Socket is what an http server hands out; the declaration says Duplex.
    refuseUnreadable(error, socket as Socket);
  });
  const underWay = countRequests(server);
  await bind(server, address);
  // A server on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  return { port, stop: async () => close(server, underWay) };
}

async function bind(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `${host}:${port} is in use by another program; end it, or set SLUICE_HTTP to another address such as 127.0.0.1:${port + 1}`
          : `cannot listen at ${host}:${port} (${cause.message}); set SLUICE_HTTP to an address of this machine`;
      reject(new Error(why, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

/** How many requests have no whole answer yet. */
function countRequests(server: Server): () => number {
  let count = 0;
  server.on('request', (_, response: ServerResponse) => {
    count += 1;
    response.once('close', () => (count -= 1));
  });
  return () => count;
}

async function close(server: Server, underWay: () => number): Promise<void> {
  // Connections that are kept alive become idle one after the other, when their requests have been answered. One on which
  // nothing was ever asked is not idle for node: without the last word it would be waited for until its time-out.
  const idle = setInterval(() => {
    server.closeIdleConnections();
    if (underWay() === 0) server.closeAllConnections();
  }, 50);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
}

/** What node's parser refuses never becomes a request; the answer is written by hand. */
function refuseUnreadable(error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const problem = unreadable(error);
  const body = JSON.stringify(problem.toDocument(''));
  const line = `HTTP/1.1 ${problem.status} Refused`;
  const head = `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  socket.end(`${line}\r\n${head}\r\n\r\n${body}`);
}

function unreadable({ code, rawPacket }: { code?: string; rawPacket?: Buffer }): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return rawPacket !== undefined && !rawPacket.subarray(0, maxUrlLength).includes('\r\n')
      ? new Problem('urlTooLong', `a URL has at most ${maxUrlLength} characters; send less`)
      : new Problem('headersTooLarge', `URL and headers have at most ${maxHeaderBytes} bytes; send less`);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('malformedRequest', 'the request came too slowly; send it at once');
  return new Problem('malformedRequest', 'this is not HTTP as RFC 9112 has it');
}
