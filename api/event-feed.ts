import { readCampaign } from '../db/campaigns.ts';
import { readCountsOf } from '../db/counts.ts';
import { newestEventId, readEventsAfter, type EventRow } from '../db/events.ts';
import type { Database } from '../db/open.ts';
import { readPlan } from '../db/plan-state.ts';
import { showNext, showPace } from './campaign-view.ts';

/** One thing to tell those who follow a campaign. Only stored events have an id by which a stream is resumed. */
export interface FeedEvent {
  readonly id: number | null;
  readonly type: 'progress' | 'state' | 'batch' | 'control';
  readonly data: Record<string, unknown>;
}

interface Follower {
  tell(event: FeedEvent): void;
  /** The feed ends: nothing more will come. */
  end(): void;
}

export interface EventFeed {
  /**
   * Follows a campaign: what happened after `afterId` (null: from now on), the progress as it is, then every change.
   * Returns what ends it.
   */
  follow(campaignId: string, afterId: number | null, follower: Follower): Promise<() => void>;
  /** Somebody announced an event of this campaign: look now. */
  hear(campaignId: string): void;
  /** Ends every stream. */
  close(): void;
}

const pollMs = 1_000;
/** An event that commits late may have a smaller id than one that is known: so long is looked back. */
const lookBackMs = 5_000;
const pageSize = 1_000;

/** One look per campaign and second for all of its followers; nothing is read for campaigns that nobody follows. */
export function createEventFeed(db: Database): EventFeed {
  const watches = new Map<string, Watch>();
  return {
    async follow(campaignId, afterId, follower) {
      const watch = watches.get(campaignId) ?? new Watch(db, campaignId);
      watches.set(campaignId, watch);
      const leave = (): void => {
        if (watch.remove(follower)) watches.delete(campaignId);
      };
      try {
        await watch.add(follower, afterId);
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
    hear: (campaignId) => watches.get(campaignId)?.lookNow(),
    close: () => {
      for (const watch of watches.values()) watch.end();
      watches.clear();
    },
  };
}

/** What is known of one followed campaign. */
class Watch {
  readonly #db: Database;
  readonly #campaignId: string;
  readonly #followers = new Map<Follower, (event: FeedEvent) => void>();
  /** Ids that were told lately, with the time at which they were seen. */
  readonly #told = new Map<number, number>();
  #floor: number | null = null;
  #progress = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #lookAgain = false;

  constructor(db: Database, campaignId: string) {
    this.#db = db;
    this.#campaignId = campaignId;
  }

  async add(follower: Follower, afterId: number | null): Promise<void> {
    // What comes while this reads waits in a queue: nothing is lost between what was missed and what is told.
    const queue: FeedEvent[] = [];
    let joined = false;
    this.#followers.set(follower, (event) => (joined ? follower.tell(event) : queue.push(event)));
    this.#floor ??= await newestEventId(this.#db, this.#campaignId);
    const missed = afterId === null ? [] : await this.#readAll(afterId);
    const progress = await this.#readProgress();
    const known = new Set(missed.map(({ id }) => id));
    for (const event of missed) follower.tell(event);
    follower.tell({ id: null, type: 'progress', data: progress });
    for (const event of queue) if (event.id === null || !known.has(event.id)) follower.tell(event);
    joined = true;
    this.#schedule(pollMs);
  }

  /** True when nobody follows any more. */
  remove(follower: Follower): boolean {
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return false;
    clearTimeout(this.#timer);
    return true;
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const follower of this.#followers.keys()) follower.end();
    this.#followers.clear();
  }

  lookNow(): void {
    if (this.#looking === null) this.#schedule(0);
    else this.#lookAgain = true;
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#followers.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, ms);
  }

  async #look(): Promise<void> {
    const began = performance.now();
    this.#lookAgain = false;
    try {
      await this.#tellEvents();
      await this.#tellProgress();
    } catch {
      // The database is away: followers stay, and the next look tells them what they missed.
    }
    this.#looking = null;
    // Counting a very large ledger takes its time: it may keep the database busy for a tenth of ours.
    const tookMs = performance.now() - began;
    this.#schedule(this.#lookAgain ? Math.max(100, tookMs) : Math.max(pollMs, tookMs * 10));
  }

  async #tellEvents(): Promise<void> {
    const now = Date.now();
    for (const event of await this.#readAll(this.#floor ?? 0)) {
      if (event.id === null || this.#told.has(event.id)) continue;
      this.#told.set(event.id, now);
      for (const tell of this.#followers.values()) tell(event);
    }
    for (const [id, seenAt] of this.#told) {
      if (now - seenAt < lookBackMs) break;
      this.#told.delete(id);
      this.#floor = Math.max(this.#floor ?? 0, id);
    }
  }

  async #tellProgress(): Promise<void> {
    const data = await this.#readProgress();
    const text = JSON.stringify(data);
    if (text === this.#progress) return;
    this.#progress = text;
    for (const tell of this.#followers.values()) tell({ id: null, type: 'progress', data });
  }

  async #readAll(afterId: number): Promise<FeedEvent[]> {
    const events: EventRow[] = [];
    for (let after = afterId; ;) {
      const page = await readEventsAfter(this.#db, this.#campaignId, after, pageSize);
      events.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return events;
      after = last.id;
    }
  }

  async #readProgress(): Promise<Record<string, unknown>> {
    const [campaign, counts, plan] = await Promise.all([
      readCampaign(this.#db, this.#campaignId),
      readCountsOf(this.#db, this.#campaignId),
      readPlan(this.#db, this.#campaignId, Date.now()),
    ]);
    return {
      state: plan.state,
      version: campaign?.version ?? 0,
      pace: showPace(plan.pace, campaign?.pace_form ?? {}),
      counts,
      next: showNext(plan),
    };
  }
}
