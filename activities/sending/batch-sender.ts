import type { Intent } from '../../db/ledger/claim.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { settle, type Settlement } from '../../domain/settle.ts';
import { RelayTrouble, type Lane } from '../../mail/transport.ts';
import { GuardLook } from './guard-look.ts';
import type { IntentShare } from './intent-window.ts';
import { Lease } from './lease.ts';
import { OutcomeWriter } from './outcome-writer.ts';
import type { Ending, Filled, SenderParts, Tally } from './sender-parts.ts';

/**
 * One attempt at a batch: claims intents as the window has room, puts each on the wire, records what became of it.
 *
 * Semantics
 * - `left` mails at most; skipped recipients and mails given back do not use it up.
 * - When a gate closes, the token is outdated, the relay fails or the worker stops, what is not on the wire is given
 *   back and what is on the wire is waited for: no outcome that can be known is left unknown.
 * - A guard that wants the campaign held ends the attempt in the same way.
 * - Not one byte of a mail leaves without a valid lease.
 */
export class BatchSender {
  readonly #parts: SenderParts;
  readonly #share: IntentShare;
  readonly #lease: Lease;
  readonly #writer: OutcomeWriter;
  readonly #guards: GuardLook;
  readonly #queue: Intent[] = [];
  readonly #abort = new AbortController();
  #left: number;
  #size: number;
  /** Intents without a recorded outcome. */
  #open = 0;
  #claiming: Promise<void> | null = null;
  #drained = false;
  #ending: Ending | null = null;
  #allRecorded = true;
  #idle: (() => void)[] = [];
  readonly tally: Tally = { sent: 0, failed: 0, deferred: 0, inDoubt: 0, planned: 0, skipped: 0 };

  constructor(batch: { readonly left: number; readonly size: number }, parts: SenderParts) {
    this.#left = batch.left;
    this.#size = batch.size;
    this.#parts = parts;
    this.#share = parts.window.enter(() => this.#refill());
    this.#lease = new Lease(() => this.look());
    // As when a gate was closed: the plan that ends the attempt asks for the hold.
    this.#guards = new GuardLook({
      mustHold: parts.mustHold,
      onHold: () => this.stop({ kind: 'closed' }),
      onAnswer: () => this.#refill(),
    });
    this.#writer = new OutcomeWriter({
      write: parts.record,
      onWritten: (outcomes) => {
        this.#guards.see(outcomes);
        this.#written(outcomes.length);
      },
      onFailure: (error) => {
        this.#allRecorded = false;
        this.stop({ kind: 'fault', error });
      },
      groupSize: Math.ceil(parts.window.size / 4),
    });
  }

  /** Sends until the size is used up, nothing is left, or something ends it. Everything is recorded when it answers. */
  async run(): Promise<Ending> {
    try {
      await this.#tryRelay();
      this.#refill();
      // No lane throws: whatever fails ends the attempt, and the mails that are on other lanes are still waited for.
      await Promise.all(Array.from({ length: this.#parts.lanes }, (_, lane) => this.#workLane(lane)));
      // A claim that was under way when the attempt was stopped may still bring rows: they are given back, too.
      await this.#claiming;
      await this.#writer.drain();
      await this.#guards.end();
    } finally {
      this.#lease.end();
      this.#share.leave();
    }
    return this.#ending ?? { kind: 'complete' };
  }

  /** False when the database did not take some outcomes: then what is still `sending` may have been sent. */
  get allRecorded(): boolean {
    return this.#allRecorded;
  }

  /** What the batch may still hand over. */
  get left(): number {
    return Math.max(0, this.#left);
  }

  /** Ends the attempt; the first reason counts. */
  stop(ending: Ending): void {
    this.#ending ??= ending;
    this.#abort.abort();
    for (const intent of this.#queue.splice(0)) this.#giveBack(intent);
    this.#wakeAll();
  }

  /** Looks whether gate and token still allow to go on. Called when a gate or pace changed, and by the lease. */
  async look(): Promise<boolean> {
    const { gate, size } = await this.#parts.look();
    if (gate !== 'open') this.stop({ kind: gate });
    else if (size < this.#size) this.#shrinkTo(size);
    return gate === 'open';
  }

  /** A smaller pace shrinks the batch under way: what is claimed but beyond the new size goes back. */
  #shrinkTo(size: number): void {
    this.#left -= this.#size - size;
    this.#size = size;
    while (this.#left < 0) {
      const intent = this.#queue.pop();
      if (intent === undefined) break;
      this.#giveBack(intent);
    }
    this.#wakeAll();
  }

  /** Before the first intent: a relay that cannot be reached at all should cost nobody an attempt. */
  async #tryRelay(): Promise<void> {
    // A batch that only has to be closed needs no relay.
    if (this.#left <= 0) return;
    const lane = await this.#acquire();
    lane?.release();
  }

  async #workLane(lane: number): Promise<void> {
    for (;;) {
      const intent = await this.#next();
      if (intent === null) return;
      await this.#mail(intent, lane);
    }
  }

  /** The next claimed intent; waits while more may come; null when none will. */
  async #next(): Promise<Intent | null> {
    for (;;) {
      const intent = this.#queue.shift();
      if (intent !== undefined) {
        if (this.#queue.length === 0) this.#refill();
        return intent;
      }
      // A mail that is skipped or given back frees a place of the size, so lanes stay until all outcomes are there.
      const mayCome = this.#claiming !== null || this.#open > 0 || (this.#left > 0 && !this.#drained);
      if (this.#ending !== null || !mayCome) {
        this.#wakeAll();
        return null;
      }
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  async #mail(intent: Intent, laneNumber: number): Promise<void> {
    const mail = await this.#fill(intent, laneNumber);
    if (mail === null) return;
    if (!mail.ok) {
      this.#settle(intent, { state: 'skipped', reply: null, reason: mail.reason, nextAttemptAt: null });
      return;
    }
    if (!this.#lease.isValid()) await this.#lease.renew();
    const lane = await this.#acquire();
    if (lane === null) {
      this.#giveBack(intent);
      return;
    }
    this.#take(intent, await this.#send(lane, mail));
    lane.release();
  }

  /** A mail that cannot be made for no reason of its recipient ends the attempt; nobody was mailed by it. */
  async #fill(intent: Intent, lane: number): Promise<Filled | null> {
    try {
      return await this.#parts.fill(intent, lane);
    } catch (error) {
      this.stop({ kind: 'fault', error });
      this.#giveBack(intent);
      return null;
    }
  }

  /** A lane promises not to throw. When it does, nobody knows what has left: the mail is in doubt and the attempt ends. */
  async #send(lane: Lane, mail: Extract<Filled, { ok: true }>): Promise<Outcome> {
    try {
      return await lane.send(mail, () => this.#mayLeave());
    } catch (error) {
      this.stop({ kind: 'fault', error });
      return { kind: 'unknown', text: 'the transport failed' };
    }
  }

  #mayLeave(): boolean {
    return this.#ending === null && this.#lease.isValid() && this.#parts.now() < this.#parts.until;
  }

  async #acquire(): Promise<Lane | null> {
    try {
      return await this.#parts.transport.acquire(this.#abort.signal);
    } catch (error) {
      if (error instanceof RelayTrouble) this.stop({ kind: 'trouble', trouble: error });
      else if (!this.#abort.signal.aborted) this.stop({ kind: 'fault', error });
      return null;
    }
  }

  #take(intent: Intent, outcome: Outcome): void {
    // Withdrawn because a gate closed or the lease ran out, perhaps after DATA: certainly not sent, and nobody's fault.
    if (outcome.kind === 'notSent' && !this.#mayLeave()) {
      this.#giveBack(intent);
      return;
    }
    // The sender is the same for everybody: when the relay refuses it, the relay is the trouble, not this recipient.
    if (outcome.kind === 'refused' && outcome.stage === 'mail') {
      const code =
        outcome.reply.code === 530 || outcome.reply.code === 535 ? 'loginRefused' : 'senderRefused';
      const { reply } = outcome;
      this.stop({
        kind: 'trouble',
        trouble: new RelayTrouble(code, `${reply.code} ${reply.enhanced ?? ''} ${reply.text}`, reply),
      });
      this.#giveBack(intent);
      return;
    }
    const { attempts, firstAttemptAt } = intent;
    const settlement = settle(
      outcome,
      { attempts, firstAttemptAt, at: this.#parts.now() },
      this.#parts.policy,
    );
    this.#settle(intent, settlement);
  }

  #giveBack(intent: Intent): void {
    this.#settle(intent, { state: 'planned', reply: null, reason: null, nextAttemptAt: null });
  }

  #settle(intent: Intent, settlement: Settlement): void {
    this.tally[settlement.state] += 1;
    if (settlement.state === 'skipped' || settlement.state === 'planned') this.#left += 1;
    const { recipient, claimedAt } = intent;
    this.#writer.add({ contactId: recipient.contactId, claimedAt, settlement });
  }

  #written(count: number): void {
    this.#open -= count;
    // Room is announced to every batch of this worker, this one included: all refill.
    this.#share.release(count);
    this.#wakeAll();
  }

  /** Claims as soon as a quarter of its part of the window (or all that is left) has room: fewer, larger statements. */
  #refill(): void {
    const isOver = this.#drained || this.#ending !== null || this.#left <= 0;
    if (this.#claiming !== null || isOver || this.#guards.isAsking) return;
    const wanted = Math.min(this.#left, this.#share.available());
    const enough = Math.min(this.#left, Math.ceil(this.#share.quota() / 4));
    if (wanted < enough || wanted === 0) return;
    this.#share.reserve(wanted);
    this.#claiming = this.#claim(wanted).catch((error: unknown) => this.stop({ kind: 'fault', error }));
  }

  async #claim(wanted: number): Promise<void> {
    let claimed = 0;
    try {
      const claim = await this.#parts.claim(wanted);
      if (claim.kind !== 'claimed') {
        this.stop({ kind: claim.kind });
        return;
      }
      claimed = claim.intents.length;
      this.#open += claimed;
      this.#left -= claimed;
      this.#drained = claimed + claim.skipped + claim.putOff < wanted;
      this.tally.skipped += claim.skipped;
      this.#queue.push(...claim.intents);
      // The gate may have closed while the rows were on their way to us.
      if (this.#ending !== null) this.stop(this.#ending);
    } finally {
      this.#claiming = null;
      this.#share.release(wanted - claimed);
      this.#wakeAll();
    }
  }

  #wakeAll(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const wake of idle) wake();
  }
}
