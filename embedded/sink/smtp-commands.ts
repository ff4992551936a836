/** A command line of a sender, as far as the sink acts on it. */
export type Command =
  | { readonly kind: 'ehlo' | 'auth' | 'data' | 'rset' | 'quit' }
  | { readonly kind: 'mail' | 'rcpt'; readonly address: string }
  | { readonly kind: 'other'; readonly verb: string };

export function parseCommand(line: string): Command {
  const verb = (/^[A-Za-z]+/.exec(line)?.[0] ?? '').toUpperCase();
  switch (verb) {
    case 'EHLO':
    case 'HELO':
      return { kind: 'ehlo' };
    case 'MAIL':
    case 'RCPT':
      return withAddress(verb === 'MAIL' ? 'mail' : 'rcpt', line);
    case 'AUTH':
    case 'DATA':
    case 'RSET':
    case 'QUIT':
      return {
        kind: verb === 'AUTH' ? 'auth' : verb === 'DATA' ? 'data' : verb === 'RSET' ? 'rset' : 'quit',
      };
    default:
      return { kind: 'other', verb };
  }
}

/** What can be offered to a sender; AUTH takes any PLAIN credentials given with the command. */
export function ehloReply(sizeLimit: number): string {
  const offers = [
    'sluice-sink',
    'PIPELINING',
    `SIZE ${sizeLimit}`,
    '8BITMIME',
    'SMTPUTF8',
    'ENHANCEDSTATUSCODES',
    'DSN',
    'AUTH PLAIN',
  ];
  return offers.map((offer, index) => `250${index === offers.length - 1 ? ' ' : '-'}${offer}`).join('\r\n');
}

export function answerTo(verb: string): string {
  if (verb === 'NOOP') return '250 2.0.0 ok';
  if (verb === 'VRFY') return '252 2.1.5 send and see';
  return '502 5.5.1 not known here';
}

function withAddress(kind: 'mail' | 'rcpt', line: string): Command {
  const address = /^(?:MAIL FROM|RCPT TO):\s*<([^>]*)>/i.exec(line)?.[1];
  return address === undefined ? { kind: 'other', verb: kind } : { kind, address };
}
