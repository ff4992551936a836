import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './packages.ts';
import { freePort, makeFolder, type RunningServer, startServer } from './private-machine.ts';
import { busyPerson, maxMessageBytes, type RelayOptions, unknownPerson } from './relay-options.ts';

/** A private Exim on a free loopback port, or why there is none. */
export async function startExim(options: RelayOptions): Promise<RunningServer | { missing: string }> {
  const unpacked = await unpackPackages(['exim4-base', 'exim4-daemon-light', 'libidn12']);
  if ('missing' in unpacked) return unpacked;
  const port = await freePort();
  const folder = makeFolder('exim');
  const file = join(folder, 'exim.conf');
  const program = `${unpacked.folder}/usr/sbin/exim4`;
  const libraries = `${unpacked.folder}/usr/lib/x86_64-linux-gnu:${unpacked.folder}/usr/lib/aarch64-linux-gnu`;
  writeFileSync(file, configuration(program, folder, port, options));
  // Exim reads the key as its own user, who may not look into the folder of another.
  const files = options.certificate;
  const certificate =
    files === null ? '' : `install -o Debian-exim -m 600 ${files.key} ${files.cert} ${folder}/tls/\n     `;
  return await startServer(
    folder,
    port,
    `export LD_LIBRARY_PATH=${libraries}
     mkdir -p ${folder}/spool ${folder}/log ${folder}/tls && chown Debian-exim ${folder}/spool ${folder}/log ${folder}/tls
     ${certificate}# Exim starts itself again to deliver; a set-user-id program would then not find its library.
     chmod u-s ${program}
     exec ${program} -C ${file} -bdf -q10s`,
  );
}

function configuration(program: string, folder: string, port: number, options: RelayOptions): string {
  const { sinkPort, certificate } = options;
  return `exim_path = ${program}
keep_environment = LD_LIBRARY_PATH
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
primary_hostname = exim.example
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
disable_ipv6 = true
host_lookup =
rfc1413_hosts =
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
pipelining_advertise_hosts = *
message_size_limit = ${maxMessageBytes}
acl_smtp_rcpt = check_recipient
acl_smtp_data = accept
smtp_accept_queue_per_connection = 0
trusted_users = root
deliver_drop_privilege = true
${
  certificate === null
    ? 'tls_advertise_hosts ='
    : `tls_advertise_hosts = *
tls_certificate = ${folder}/tls/cert.pem
tls_privatekey = ${folder}/tls/key.pem`
}
begin acl
check_recipient:
  deny   recipients = ${unknownPerson}
         message = 550 5.1.1 User unknown
  defer  recipients = ${busyPerson}
         message = 451 4.2.0 Try later
  accept
begin routers
onward:
  driver = manualroute
  transport = smtp
  route_list = * 127.0.0.1
  self = send
begin transports
smtp:
  driver = smtp
  port = ${sinkPort}
  allow_localhost
  hosts_avoid_tls = *
begin retry
* * F,2m,1s
`;
}
