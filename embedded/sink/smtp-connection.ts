import type { Socket } from 'node:net';
import type { Script, Stage, Verdict } from './script.ts';
import { answerTo, ehloReply, type Command, parseCommand } from './smtp-commands.ts';

const endOfMessage = Buffer.from('\r\n.\r\n');
const nothing = Buffer.alloc(0);

export interface AcceptedMail {
  readonly connection: number;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly message: Buffer;
}

export interface ConnectionOptions {
  readonly number: number;
  readonly sizeLimit: number;
  /** Absent: everything is accepted, without a promise on the way. */
  readonly script: Script | undefined;
  /** Takes an accepted message; its bytes are only lent until `flush` has returned. */
  accept(mail: AcceptedMail): void;
  /** Called once per group of replies, before they are sent. */
  flush(): void;
}

/**
 * One SMTP conversation as a receiver (RFC 5321, pipelining of RFC 2920): a test double that is faster than the
 * senders it is measured with. Replies of one read are written together, after what was accepted is kept.
 */
export function converse(socket: Socket, options: ConnectionOptions): void {
  const conversation = new Conversation(socket, options);
  socket.on('data', (chunk: Buffer) => conversation.read(chunk));
  socket.on('error', () => socket.destroy());
  conversation.greet();
}

class Conversation {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #input: Buffer = nothing;
  /** Pieces of a message whose end has not come. */
  #pieces: Buffer[] = [];
  #replies = '';
  #from = '';
  #recipients: string[] = [];
  #message: Buffer = nothing;
  #inData = false;
  #contentSeen = false;
  #busy = false;
  #dead = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  greet(): void {
    this.#decide('greeting', () => this.#reply('220 sluice sink ready'));
    if (!this.#busy) this.#send();
  }

  read(chunk: Buffer): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    this.#run();
  }

  /** Works through what has come until it is used up or a script has to be waited for. */
  #run(): void {
    while (!this.#busy && !this.#dead && (this.#inData ? this.#readMessage() : this.#readCommand()));
    if (!this.#busy) this.#send();
  }

  #readCommand(): boolean {
    const end = this.#input.indexOf('\r\n');
    if (end === -1) {
      if (this.#input.length > 4_096) this.#refuseAndClose('500 5.5.2 line too long');
      return false;
    }
    const line = this.#input.toString('utf8', 0, end);
    this.#input = this.#input.subarray(end + 2);
    this.#obey(parseCommand(line));
    return true;
  }

  #obey(command: Command): void {
    switch (command.kind) {
      case 'ehlo':
        this.#reset();
        return this.#decide('ehlo', () => this.#reply(ehloReply(this.#options.sizeLimit)));
      case 'auth':
        return this.#decide('auth', () => this.#reply('235 2.7.0 welcome'));
      case 'mail':
        this.#reset();
        this.#from = command.address;
        return this.#decide('mail', () => this.#reply('250 2.1.0 ok'));
      case 'rcpt':
        return this.#takeRecipient(command.address);
      case 'data':
        return this.#beginData();
      case 'rset':
        this.#reset();
        return this.#reply('250 2.0.0 ok');
      case 'quit':
        this.#reply('221 2.0.0 bye');
        this.#send();
        this.#dead = true;
        this.#socket.end();
        return;
      case 'other':
        return this.#reply(answerTo(command.verb));
    }
  }

  #takeRecipient(address: string): void {
    this.#recipients.push(address);
    this.#decide(
      'rcpt',
      () => this.#reply('250 2.1.5 ok'),
      () => this.#recipients.pop(),
    );
  }

  #beginData(): void {
    if (this.#recipients.length === 0) return this.#reply('554 5.5.1 no valid recipients');
    this.#decide('data', () => {
      this.#reply('354 go ahead');
      this.#inData = true;
      this.#contentSeen = false;
      this.#pieces = [];
    });
  }

  #readMessage(): boolean {
    if (this.#input.length === 0) return false;
    if (!this.#contentSeen) {
      this.#contentSeen = true;
      this.#decide('content', () => undefined);
      return true;
    }
    // An empty message is a lone dot: the line break before it belongs to DATA's own line.
    const lone = this.#pieces.length === 0 && this.#input.subarray(0, 3).equals(endOfMessage.subarray(2));
    const end = lone ? -2 : this.#input.indexOf(endOfMessage);
    if (end === -1) {
      // The end may begin in the last four bytes: they stay for the next read.
      const kept = this.#input.length - 4;
      if (kept > 0) {
        this.#pieces.push(this.#input.subarray(0, kept));
        this.#input = this.#input.subarray(kept);
      }
      return false;
    }
    this.#pieces.push(this.#input.subarray(0, end + 2));
    this.#input = this.#input.subarray(end + 5);
    this.#finishMessage();
    return true;
  }

  #finishMessage(): void {
    const [first = nothing] = this.#pieces;
    this.#message = unstuff(this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#inData = false;
    if (this.#message.length > this.#options.sizeLimit) {
      this.#reset();
      return this.#reply('552 5.3.4 message too big');
    }
    this.#decide(
      'message',
      () => {
        this.#options.accept({
          connection: this.#options.number,
          from: this.#from,
          recipients: this.#recipients,
          message: this.#message,
        });
        this.#decide('accepted', () => this.#endTransaction('250 2.0.0 accepted'));
      },
      () => this.#reset(),
    );
  }

  #endTransaction(reply: string): void {
    this.#reply(reply);
    this.#reset();
  }

  /** Goes on at once when nobody scripted this conversation. */
  #decide(stage: Stage, go: () => void, refused: () => void = () => undefined): void {
    const { script } = this.#options;
    if (script === undefined) return go();
    const verdict = script(stage, {
      connection: this.#options.number,
      from: this.#from,
      recipients: this.#recipients.slice(),
      message: this.#message,
    });
    if (!(verdict instanceof Promise)) return this.#follow(verdict, go, refused);
    this.#busy = true;
    // What was replied before is not held back by a stage that waits.
    this.#send();
    this.#wait(verdict, go, refused).catch(() => this.#close());
  }

  async #wait(verdict: Promise<Verdict>, go: () => void, refused: () => void): Promise<void> {
    const settled = await verdict;
    this.#busy = false;
    this.#follow(settled, go, refused);
    this.#run();
  }

  #follow(verdict: Verdict, go: () => void, refused: () => void): void {
    if (this.#dead) return;
    if (verdict === undefined) return go();
    if (verdict === 'close') return this.#close();
    if (verdict === 'hang') {
      this.#send();
      this.#dead = true;
      return;
    }
    this.#reply(verdict.reply);
    refused();
    // RFC 5321 3.8: after 421 the receiver closes the channel.
    if (verdict.reply.startsWith('421')) this.#refuseAndClose('');
  }

  #refuseAndClose(reply: string): void {
    if (reply !== '') this.#reply(reply);
    this.#send();
    this.#dead = true;
    this.#socket.end();
  }

  #close(): void {
    this.#send();
    this.#dead = true;
    this.#socket.destroy();
  }

  #reset(): void {
    this.#from = '';
    this.#recipients = [];
    this.#message = nothing;
  }

  #reply(line: string): void {
    this.#replies += `${line}\r\n`;
  }

  #send(): void {
    if (this.#replies === '') return;
    this.#options.flush();
    this.#socket.write(this.#replies);
    this.#replies = '';
  }
}

/** Takes away the dot that the sender put before a line that begins with one (RFC 5321, 4.5.2). */
function unstuff(message: Buffer): Buffer {
  if (message[0] !== 0x2e && message.indexOf('\r\n..') === -1) return message;
  return Buffer.from(message.toString('latin1').replaceAll(/(^|\r\n)\./g, '$1'), 'latin1');
}
