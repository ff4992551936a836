import type { Script, Stage, Transaction, Verdict } from '../../embedded/sink/script.ts';
import type { AcceptedMail } from '../../embedded/sink/smtp-connection.ts';
import { listenForMail, type SmtpListener } from '../../embedded/sink/smtp-listener.ts';

export interface Accepted {
  readonly to: string;
  readonly from: string;
  /** Header Message-ID without blanks; empty when the message has none. */
  readonly messageId: string;
  /** `performance.now()` of this process when the dot had come. */
  readonly atMs: number;
  readonly connection: number;
  /** The bytes, when the peer was started with `keepMessages`. */
  readonly message: Buffer;
}

/**
 * A relay that does what a test tells it, on a port of its own. Without a script it accepts everything. `script` may be
 * changed at any time; what it returns at a stage happens instead of the normal reply:
 *
 * - `{ reply: '451 4.3.0 later' }` at any stage; at `message` it refuses the mail after the dot; 421 also closes,
 * - `'close'` at `data` drops before DATA, at `content` inside the message, at `message` after the dot (not accepted),
 *   at `accepted` after the dot with the mail accepted and its reply lost,
 * - a promise delays (at `accepted`: the reply after the dot), `'hang'` never answers.
 */
export class SmtpPeer {
  readonly accepted: Accepted[] = [];
  /** How often a conversation reached each stage. */
  readonly reached = new Map<Stage, number>();
  script: Script | undefined;
  readonly #keepMessages: boolean;
  readonly #watchers = new Set<() => void>();
  #listener: SmtpListener | undefined;

  private constructor(options: { script?: Script; keepMessages?: boolean }) {
    this.script = options.script;
    this.#keepMessages = options.keepMessages ?? false;
  }

  static async start(
    options: { script?: Script; keepMessages?: boolean; port?: number } = {},
  ): Promise<SmtpPeer> {
    const peer = new SmtpPeer(options);
    peer.#listener = await listenForMail(options.port ?? 0, {
      script: (stage, transaction) => peer.#decide(stage, transaction),
      accept: (mail) => peer.#accept(mail),
    });
    return peer;
  }

  get port(): number {
    return this.#listening().port;
  }

  /** For SMTP_URL. */
  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#listening().connections();
  }

  /** Resolves with the transaction when a conversation reaches the stage and `matches`; a hook for aimed faults. */
  async next(
    stage: Stage,
    matches: (transaction: Transaction) => boolean = () => true,
  ): Promise<Transaction> {
    return await new Promise((resolve) => {
      const watch = { stage, matches, resolve };
      this.#stages.add(watch);
    });
  }

  /** Resolves when `condition` holds; asked again after every accepted mail. Rejects after `deadlineMs`. */
  async until(condition: (peer: SmtpPeer) => boolean, deadlineMs = 45_000): Promise<void> {
    if (condition(this)) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        finish();
      };
      const check = (): void => {
        if (condition(this)) settle(resolve);
      };
      const late = (): void =>
        settle(() =>
          reject(new Error(`the peer waited ${deadlineMs} ms in vain; it has ${this.accepted.length} mails`)),
        );
      const timer = setTimeout(late, deadlineMs);
      this.#watchers.add(check);
    });
  }

  /** From now on connections are refused and the open ones dropped, until `comeBack`. */
  async goAway(): Promise<void> {
    await this.#listening().stopListening();
    this.#listening().dropConnections();
  }

  async comeBack(): Promise<void> {
    await this.#listening().listen();
  }

  dropConnections(): void {
    this.#listening().dropConnections();
  }

  async stop(): Promise<void> {
    await this.#listening().close();
  }

  readonly #stages = new Set<{
    stage: Stage;
    matches: (transaction: Transaction) => boolean;
    resolve: (transaction: Transaction) => void;
  }>();

  #decide(stage: Stage, transaction: Transaction): Verdict | Promise<Verdict> {
    this.reached.set(stage, (this.reached.get(stage) ?? 0) + 1);
    for (const watch of this.#stages) {
      if (watch.stage !== stage || !watch.matches(transaction)) continue;
      this.#stages.delete(watch);
      watch.resolve(transaction);
    }
    return this.script?.(stage, transaction);
  }

  #accept(mail: AcceptedMail): void {
    const messageId = /^message-id:\s*(\S+)/im.exec(mail.message.toString('latin1', 0, 16_384))?.[1] ?? '';
    for (const to of mail.recipients) {
      this.accepted.push({
        to,
        from: mail.from,
        messageId,
        atMs: performance.now(),
        connection: mail.connection,
        message: this.#keepMessages ? Buffer.from(mail.message) : Buffer.alloc(0),
      });
    }
    for (const watcher of this.#watchers) watcher();
  }

  #listening(): SmtpListener {
    if (this.#listener === undefined) throw new Error('the peer is started with SmtpPeer.start()');
    return this.#listener;
  }
}
