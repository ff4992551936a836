import { pathToFileURL } from 'node:url';
import { SmtpPool } from '../../mail/smtp/pool.ts';
import { parseSmtpUrl } from '../../mail/smtp/url.ts';

/** What the wire alone does: our sessions, messages of 8 kB made before the clock starts, a peer that accepts everything. */
interface WireFigures {
  readonly perSecond: number;
  /** CPU time of this process, user and system. */
  readonly cpuMsPerMail: number;
}

const filler =
  '<p style="margin:0;padding:0;color:#333">Lorem ipsum dolor sit amet, consectetur.</p>\r\n'.repeat(90);

/** Sends `mails` mails of 8 kB to the sink at 127.0.0.1:`port`. Throws when one is not accepted. */
export async function measureWire(options: {
  readonly port: number;
  readonly mails: number;
  readonly connections: number;
}): Promise<WireFigures> {
  const { port, mails, connections } = options;
  const pool = new SmtpPool(parseSmtpUrl(`smtp://127.0.0.1:${port}`), { connections });
  const never = new AbortController().signal;
  const messages = Array.from({ length: 100 }, (_, i) => fill(i));
  let next = 0;
  const startedAt = performance.now();
  const startedCpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < mails) {
        const i = next++;
        const lane = await pool.acquire(never);
        const mail = { from: `b+${i}@example.com`, to: `user${i}@example.com`, message: messages[i % 100]! };
        const outcome = await lane.send(mail, always);
        lane.release();
        if (outcome.kind !== 'accepted') throw new Error(`mail ${i} of the measurement was ${outcome.kind}`);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(startedCpu);
  await pool.close();
  return {
    perSecond: Math.round(mails / seconds),
    cpuMsPerMail: Math.round(cpu.user + cpu.system) / 1000 / mails,
  };
}

function fill(i: number): Uint8Array {
  return Buffer.from(
    `From: IT <it@example.com>\r\nSubject: Hello\r\nTo: user${i}@example.com\r\nMessage-ID: <c.${i}@example.com>\r\n` +
      `MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>Dear Name${i}</h1>\r\n${filler}`,
    'utf8',
  );
}

const always = (): boolean => true;

// Alone: tsx test/bench/wire.ts PORT MAILS CONNECTIONS, with a sink already listening on PORT.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [port = 0, mails = 100_000, connections = 10] = process.argv.slice(2).map(Number);
  process.stdout.write(`${JSON.stringify(await measureWire({ port, mails, connections }))}\n`);
}
