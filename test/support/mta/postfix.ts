import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './packages.ts';
import { freePort, makeFolder, type RunningServer, startServer } from './private-machine.ts';
import { busyPerson, maxMessageBytes, type RelayOptions, unknownPerson } from './relay-options.ts';

/** A private Postfix on a free loopback port, or why there is none. */
export async function startPostfix(options: RelayOptions): Promise<RunningServer | { missing: string }> {
  const unpacked = await unpackPackages(['postfix']);
  if ('missing' in unpacked) return unpacked;
  const port = await freePort();
  const folder = makeFolder('postfix');
  const config = join(folder, 'config');
  mkdirSync(config);
  writeFileSync(join(config, 'main.cf'), mainCf(unpacked.folder, folder, options));
  writeFileSync(join(config, 'master.cf'), masterCf(port));
  const library = `${unpacked.folder}/usr/lib/postfix`;
  return await startServer(
    folder,
    port,
    `export LD_LIBRARY_PATH=${library} MAIL_CONFIG=${config}
     mkdir -p ${folder}/spool/pid ${folder}/data && chown postfix ${folder}/data
     for queue in active bounce corrupt defer deferred flush hold incoming private saved trace; do
       mkdir -p ${folder}/spool/$queue && chown postfix ${folder}/spool/$queue && chmod 700 ${folder}/spool/$queue
     done
     mkdir -p ${folder}/spool/maildrop ${folder}/spool/public
     chown postfix:postdrop ${folder}/spool/maildrop ${folder}/spool/public
     exec ${library}/sbin/master -i -c ${config}`,
  );
}

function mainCf(files: string, folder: string, { sinkPort, certificate }: RelayOptions): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
command_directory = ${files}/usr/sbin
daemon_directory = ${files}/usr/lib/postfix/sbin
meta_directory = ${files}/etc/postfix
shlib_directory = no
mail_owner = postfix
setgid_group = postdrop
import_environment = LD_LIBRARY_PATH MAIL_CONFIG PATH
export_environment = LD_LIBRARY_PATH PATH
maillog_file =
myhostname = postfix.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:${sinkPort}
smtp_dns_support_level = disabled
smtputf8_enable = yes
alias_maps =
local_recipient_maps =
message_size_limit = ${maxMessageBytes}
smtpd_peername_lookup = no
smtpd_recipient_restrictions =
    check_recipient_access inline:{ {${unknownPerson} = 550 5.1.1 User unknown}, {${busyPerson} = 450 4.2.0 Try later} },
    permit_mynetworks, reject
${
  certificate === null
    ? ''
    : `smtpd_tls_security_level = may
smtpd_tls_cert_file = ${certificate.cert}
smtpd_tls_key_file = ${certificate.key}
`
}`;
}

function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
`;
}
