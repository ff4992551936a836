import { setTimeout as delay } from 'node:timers/promises';
import { MessageStore } from '../../embedded/sink/message-store.ts';
import { listenForMail } from '../../embedded/sink/smtp-listener.ts';
import { serveWeb } from '../../embedded/sink/web.ts';
import type { Received } from './comparison.ts';

export interface SlowSink {
  readonly smtpUrl: string;
  /** Its page for people. */
  readonly url: string;
  /** Mails accepted so far. */
  readonly count: () => number;
  /** Mails accepted since it last was quiet: how far the batch is that arrives now. */
  readonly burst: () => number;
  readonly received: () => Promise<Received[]>;
  readonly stop: () => Promise<void>;
}

/** No mail for so long: between two batches. */
const quietMs = 300;

/**
 * The mail sink, but it thinks about each mail for a while, as relays do: a batch then lasts long enough to be paused or killed in
 * its middle. It runs in this process, so that its count is the truth at the very moment it is asked.
 */
export async function startSlowSink(folder: string, thinkMs: number): Promise<SlowSink> {
  const store = new MessageStore(folder);
  let burst = 0;
  let latest = 0;
  const smtp = await listenForMail(0, {
    accept: (mail) => {
      store.add(mail);
      const now = performance.now();
      burst = now - latest > quietMs ? 1 : burst + 1;
      latest = now;
    },
    flush: () => store.flush(),
    script: async (stage) => {
      if (stage === 'message') await delay(thinkMs);
      return undefined;
    },
  });
  const web = await serveWeb(0, store, () => store.count);
  return {
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    url: `http://127.0.0.1:${web.port}`,
    count: () => store.count,
    burst: () => (performance.now() - latest > quietMs ? 0 : burst),
    received: async () => {
      const received: Received[] = [];
      for await (const { to, messageId } of store.entries())
        for (const each of to) received.push({ to: each, messageId: messageId ?? '' });
      return received;
    },
    stop: async () => {
      await smtp.close();
      await web.close();
      store.close();
    },
  };
}
