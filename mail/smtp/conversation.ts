import type net from 'node:net';
import { NotAReply, ReplyParser, type WireReply } from './reply-parser.ts';

/**
 * A socket on which commands go out and replies come in.
 *
 * **Semantics** Replies are handed out in order, each once. When the connection ends for whatever reason (closed, reset,
 * silent for too long, not speaking SMTP), replies that were complete before are still handed out, then `next` rejects
 * with ConnectionLost, for ever. A reply that was cut off is never handed out.
 *
 * **Implementation** One interval timer looks at a deadline, so a mail costs no timers. One waiter at most.
 */
export class Conversation {
  readonly #socket: net.Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #parser = new ReplyParser();
  readonly #replies: WireReply[] = [];
  #waiter: Waiter | null = null;
  #deadline = Number.POSITIVE_INFINITY;
  #overdue = false;
  #lost: ConnectionLost | null = null;
  #heard = false;

  /** Called when the connection ends, or when the peer speaks though nothing was asked (an idle 421, for one). */
  onDisturbed: () => void = () => undefined;

  constructor(socket: net.Socket, tickMs: number) {
    this.#socket = socket;
    this.#timer = setInterval(() => this.#look(), tickMs);
    this.#timer.unref();
    socket.on('data', this.#read);
    socket.on('end', this.#closed);
    socket.on('close', this.#closed);
    socket.on('error', this.#failed);
  }

  get alive(): boolean {
    return this.#lost === null;
  }

  /** Whether a byte came since `listenAfresh`. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Whether a complete reply waits to be taken. */
  get hasReply(): boolean {
    return this.#replies.length > 0;
  }

  /** Whether the network has not yet taken all that was written. */
  get isWriting(): boolean {
    return this.#socket.writableLength > 0;
  }

  listenAfresh(): void {
    this.#heard = false;
  }

  /**
   * Hands bytes to the network; of a string each character is one byte. On a lost connection nothing happens; the next `next` tells.
   */
  write(bytes: string | Uint8Array): void {
    if (this.#lost !== null) return;
    if (typeof bytes === 'string') this.#socket.write(bytes, 'latin1');
    else this.#socket.write(bytes);
  }

  /** Hands bytes to the network and waits until it took all of them, or until a reply came. */
  async flush(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { for: 'flush', resolve, reject };
      if (!this.#wait(waiter, timeoutMs)) return;
      this.#socket.write(bytes, (error) => {
        if (this.#waiter !== waiter || error) return;
        this.#rest();
        resolve();
      });
    });
  }

  /** The next reply, at once when it is there already. Rejects with ConnectionLost. */
  next(timeoutMs: number): WireReply | Promise<WireReply> {
    return (
      this.#replies.shift() ??
      new Promise((resolve, reject) => {
        this.#wait({ for: 'reply', resolve, reject }, timeoutMs);
      })
    );
  }

  /** Leaves the socket to someone else (TLS). What the peer sent beyond its last reply is thrown away. */
  detach(): net.Socket {
    this.#stop(new ConnectionLost('closed', 'the connection was handed over'));
    this.#socket.off('data', this.#read).off('end', this.#closed).off('close', this.#closed);
    this.#socket.off('error', this.#failed);
    return this.#socket;
  }

  /** Ends the connection at once; what the network has not taken is not sent. */
  destroy(): void {
    this.#lose(new ConnectionLost('closed', 'the connection was ended by us'));
  }

  readonly #read = (chunk: Buffer): void => {
    this.#heard = true;
    try {
      this.#parser.push(chunk, this.#took);
    } catch (error) {
      if (!(error instanceof NotAReply)) throw error;
      this.#lose(new ConnectionLost('garbled', error.message));
    }
    if (this.#deadline === Number.POSITIVE_INFINITY && this.#replies.length > 0) this.onDisturbed();
  };

  readonly #took = (reply: WireReply): void => {
    const waiter = this.#waiter;
    if (waiter === null) {
      this.#replies.push(reply);
      return;
    }
    this.#rest();
    if (waiter.for === 'reply') {
      waiter.resolve(reply);
    } else {
      // A relay that answers inside DATA may have stopped reading: do not wait for the block to be taken.
      this.#replies.push(reply);
      waiter.resolve();
    }
  };

  readonly #closed = (): void => {
    this.#lose(new ConnectionLost('closed', 'the relay closed the connection'));
  };

  readonly #failed = (error: NodeJS.ErrnoException): void => {
    this.#lose(
      new ConnectionLost('closed', `the connection broke (${error.code ?? 'no code'})`, { cause: error }),
    );
  };

  /** False when there is nothing to wait for any more; the waiter was told. */
  #wait(waiter: Waiter, timeoutMs: number): boolean {
    if (this.#lost !== null) {
      waiter.reject(this.#lost);
      return false;
    }
    this.#deadline = performance.now() + timeoutMs;
    this.#overdue = false;
    this.#waiter = waiter;
    return true;
  }

  #rest(): void {
    this.#waiter = null;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#overdue = false;
  }

  /** Only the second look decides: after a freeze timers come first, and the reply may lie unread in the socket. */
  #look(): void {
    if (performance.now() < this.#deadline) return;
    if (!this.#overdue) {
      this.#overdue = true;
      return;
    }
    this.#lose(new ConnectionLost('silent', 'the relay did not answer in time'));
  }

  #lose(reason: ConnectionLost): void {
    if (!this.#stop(reason)) return;
    this.#socket.destroy();
    this.onDisturbed();
  }

  #stop(reason: ConnectionLost): boolean {
    if (this.#lost !== null) return false;
    this.#lost = reason;
    clearInterval(this.#timer);
    const waiter = this.#waiter;
    this.#rest();
    waiter?.reject(reason);
    return true;
  }
}

type Waiter = { readonly reject: (reason: ConnectionLost) => void } & (
  | { readonly for: 'reply'; readonly resolve: (reply: WireReply) => void }
  | { readonly for: 'flush'; readonly resolve: () => void }
);

/** The conversation is over: closed or reset, silent beyond the time-out, or not SMTP. */
export class ConnectionLost extends Error {
  readonly how: 'closed' | 'silent' | 'garbled';

  constructor(how: 'closed' | 'silent' | 'garbled', message: string, options?: ErrorOptions) {
    super(message, options);
    this.how = how;
  }
}
