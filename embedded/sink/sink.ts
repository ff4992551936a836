import { join, resolve } from 'node:path';
import { MessageStore } from './message-store.ts';
import { listenForMail } from './smtp-listener.ts';
import { serveWeb } from './web.ts';

export interface SinkOptions {
  /** Folder for what is received; undefined: mail is accepted, counted and thrown away (measurements). */
  readonly dir?: string | undefined;
  /** Ports on 127.0.0.1; 0 takes a free one. */
  readonly smtpPort?: number;
  readonly httpPort?: number;
}

export interface Sink {
  readonly smtpPort: number;
  readonly httpPort: number;
  /** Address of the web page. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Takes every mail, delivers none, keeps them over restarts and shows them. */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const store = options.dir === undefined ? undefined : new MessageStore(join(resolve(options.dir)));
  let thrownAway = 0;
  const smtp = await listenForMail(options.smtpPort ?? 0, {
    accept: (mail) => (store === undefined ? (thrownAway += 1) : store.add(mail)),
    flush: () => store?.flush(),
  });
  const web = await serveWeb(options.httpPort ?? 0, store, () => store?.count ?? thrownAway);
  return {
    smtpPort: smtp.port,
    httpPort: web.port,
    url: `http://127.0.0.1:${web.port}`,
    stop: async () => {
      await smtp.close();
      await web.close();
      store?.close();
    },
  };
}
