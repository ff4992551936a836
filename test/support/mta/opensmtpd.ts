import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './packages.ts';
import { freePort, makeFolder, type RunningServer, startServer } from './private-machine.ts';
import { busyPerson, maxMessageBytes, type RelayOptions, unknownPerson } from './relay-options.ts';

/**
 * A private OpenSMTPD on a free loopback port, or why there is none. Without TLS: Debian's 6.8.0 ends every handshake of a
 * client of OpenSSL 3 with "internal error".
 */
export async function startOpenSmtpd(options: RelayOptions): Promise<RunningServer | { missing: string }> {
  const unpacked = await unpackPackages(['opensmtpd']);
  if ('missing' in unpacked) return unpacked;
  const port = await freePort();
  const folder = makeFolder('opensmtpd');
  const file = join(folder, 'smtpd.conf');
  writeFileSync(file, configuration(port, options), { mode: 0o600 });
  return await startServer(
    folder,
    port,
    `mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd && chmod 711 /var/spool/smtpd
     exec ${unpacked.folder}/usr/sbin/smtpd -d -f ${file}`,
  );
}

function configuration(port: number, { sinkPort }: RelayOptions): string {
  return `smtp max-message-size "${maxMessageBytes}"
table unknown { "${unknownPerson}" }
table busy { "${busyPerson}" }
filter unknown phase rcpt-to match rcpt-to <unknown> reject "550 5.1.1 User unknown"
filter busy phase rcpt-to match rcpt-to <busy> reject "451 4.2.0 Try later"
filter people chain { unknown, busy }
listen on 127.0.0.1 port ${port} hostname opensmtpd.example filter people
action onward relay host "smtp://127.0.0.1:${sinkPort}"
match from any for any action onward
`;
}
