import { sql } from 'kysely';
import type { Calendar } from '../../domain/calendar.ts';
import type { PlayedCampaign } from './played-campaign.ts';
import type { Play } from './stage.ts';

/**
 * The people of a mailing and the helpdesk that answers them, in the virtual time of the stage. Whoever got the mail presses "done",
 * presses "need help", or does nothing; those who need help wait until one of the staff has time, in working hours only.
 * Everything random belongs to a person and comes from the seed.
 */
export class SimulatedHelpdesk {
  /** Open responses at each look in working hours. */
  readonly levels: number[] = [];
  readonly #play: Play;
  readonly #campaign: PlayedCampaign;
  readonly #hours: Calendar;
  readonly #random: () => number;
  /** When each of the staff has time again. */
  readonly #free: number[];
  readonly #people = new Map<string, Person>();

  constructor(options: {
    readonly play: Play;
    readonly campaign: PlayedCampaign;
    readonly hours: Calendar;
    readonly staff: number;
    readonly seed: number;
  }) {
    this.#play = options.play;
    this.#campaign = options.campaign;
    this.#hours = options.hours;
    this.#random = mulberry32(options.seed);
    this.#free = Array.from({ length: options.staff }, () => 0);
  }

  /** Reports everything that happened until that instant; the campaign takes it up at its next look. */
  async report(now: number): Promise<void> {
    await this.#meetNewPeople();
    const people = [...this.#people.values()];
    const answered = people.filter(({ answersAt, reported }) => answersAt <= now && !reported);
    await this.#insert(answered);
    const handled = people.filter(({ handledAt, closed }) => handledAt <= now && !closed);
    await this.#close(handled);
    if (this.#hours.opensAt(now) === now) this.levels.push(this.#openAt(now));
    await sql`
      insert into response_signal (campaign_id, reported_at) values (${this.#campaign.id}, ${new Date(now)})
      on conflict (campaign_id) do update set reported_at = excluded.reported_at`.execute(this.#play.db);
  }

  /** The addresses of those who have answered, in whatever way. */
  answered(): string[] {
    return [...this.#people.values()].filter(({ reported }) => reported).map(({ email }) => email);
  }

  callers(): number {
    return [...this.#people.values()].filter(({ needsHelp, reported }) => needsHelp && reported).length;
  }

  #openAt(now: number): number {
    return [...this.#people.values()].filter(
      ({ needsHelp, answersAt, handledAt }) => needsHelp && answersAt <= now && handledAt > now,
    ).length;
  }

  async #meetNewPeople(): Promise<void> {
    const rows = await this.#play.db
      .selectFrom('delivery')
      .innerJoin('batch', (join) =>
        join
          .onRef('batch.campaign_id', '=', 'delivery.campaign_id')
          .onRef('batch.number', '=', 'delivery.batch'),
      )
      .select(['delivery.contact_id', 'delivery.email', 'batch.latest_start'])
      .where('delivery.campaign_id', '=', this.#campaign.id)
      .where('delivery.state', '=', 'sent')
      .orderBy('delivery.position')
      .execute();
    const met = rows.filter(({ contact_id: id }) => !this.#people.has(id));
    for (const { contact_id: id, email, latest_start: sentAt } of met)
      this.#people.set(id, this.#person(id, email, sentAt.getTime()));
    this.#queue();
  }

  /** One in four needs help, mostly within half an hour; one in two is done by the next day; the rest does not answer. */
  #person(id: string, email: string, sentAt: number): Person {
    const drawn = this.#random();
    const needsHelp = drawn < 0.25;
    const answers = drawn < 0.75;
    const mean = needsHelp ? 25 * minute : 4 * hour;
    const after = -Math.log(1 - this.#random()) * mean;
    const takesMs = (8 + 8 * this.#random()) * minute;
    const answersAt = answers ? sentAt + after : Infinity;
    const none = { handledAt: Infinity, reported: false, closed: false, queued: false };
    return { id, email, needsHelp, answersAt, takesMs, ...none };
  }

  /** First come, first served, among those whose call is known; a day's work goes on where it stopped. */
  #queue(): void {
    const waiting = [...this.#people.values()]
      .filter(({ needsHelp, queued }) => needsHelp && !queued)
      .sort((one, other) => one.answersAt - other.answersAt);
    for (const person of waiting) {
      const next = this.#free.indexOf(Math.min(...this.#free));
      const from = this.#hours.opensAt(Math.max(person.answersAt, this.#free[next] ?? 0));
      person.handledAt = this.#hours.opensAt(from + person.takesMs);
      person.queued = true;
      this.#free[next] = person.handledAt;
    }
  }

  async #insert(people: readonly Person[]): Promise<void> {
    if (people.length === 0) return;
    const rows = people.map((person) => {
      person.reported = true;
      const at = new Date(person.answersAt);
      const kind = person.needsHelp ? 'link:needHelp' : 'link:done';
      return {
        campaign_id: this.#campaign.id,
        contact_id: person.id,
        source: 'link',
        event_id: `${person.id}:${kind}`,
        kind,
        opened_at: at,
        handled_at: person.needsHelp ? null : at,
      };
    });
    await this.#play.db.insertInto('response').values(rows).execute();
  }

  async #close(people: readonly Person[]): Promise<void> {
    for (const person of people) {
      person.closed = true;
      await this.#play.db
        .updateTable('response')
        .set({ handled_at: new Date(person.handledAt) })
        .where('campaign_id', '=', this.#campaign.id)
        .where('contact_id', '=', person.id)
        .execute();
    }
  }
}

const minute = 60_000;
const hour = 60 * minute;

interface Person {
  readonly id: string;
  readonly email: string;
  readonly needsHelp: boolean;
  /** Infinity: never. */
  readonly answersAt: number;
  readonly takesMs: number;
  handledAt: number;
  reported: boolean;
  closed: boolean;
  queued: boolean;
}

/** A small generator of numbers in [0, 1) that is the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
