import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

interface StreamRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream;
}

/**
 * Sends a body as it is read and waits for the answer as long as it takes: `fetch` gives up when nothing comes for five minutes after
 * the last byte, and a large workbook is read only then. An answer that comes earlier ends the sending.
 */
export async function sendStream(url: string, { method, headers, body }: StreamRequest): Promise<Response> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    // A stream of this process, whose type the standard library knows by another name.
    const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
    const request = send(url, { method, headers }, (response) => {
      source.unpipe(request);
      const { statusCode = 500, statusMessage = '' } = response;
      const answered = new Headers();
      for (const [name, value] of Object.entries(response.headers))
        if (value !== undefined) answered.set(name, Array.isArray(value) ? value.join(', ') : value);
      resolve(
        new Response(Readable.toWeb(response) as ReadableStream, {
          status: statusCode,
          statusText: statusMessage,
          headers: answered,
        }),
      );
    });
    // After the answer this changes nothing any more: a server that refuses a file closes while it is still being sent.
    request.on('error', (error) => reject(new Error('the request failed', { cause: error })));
    source.on('error', (error) => {
      request.destroy();
      reject(error);
    });
    source.pipe(request);
  });
}
