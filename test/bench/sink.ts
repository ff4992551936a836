import { listenForMail } from '../../embedded/sink/smtp-listener.ts';

/** A relay that accepts everything and keeps nothing, in a process of its own: it must not be the bottleneck. */
const listener = await listenForMail(0, { accept: () => undefined });
process.stdout.write(`${JSON.stringify({ port: listener.port })}\n`);
