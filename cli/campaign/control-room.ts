import type { Campaign, WirePace } from '../answers.ts';
import { createBell } from '../bell.ts';
import type { Session } from '../command.ts';
import { Failure } from '../failure.ts';
import { createKeyReader, isLeave } from '../keys.ts';
import { openLiveScreen, type LiveScreen } from '../live-screen.ts';
import { clean } from '../terminal-text.ts';
import { followCampaign } from './follow-campaign.ts';
import { hasNoForecast, loadWhatIf } from './load-forecast.ts';
import {
  pressKey,
  quietRoom,
  receiveAnswer,
  receivePreview,
  type Command,
  type Effect,
  type Pacing,
  type Room,
} from './room.ts';
import { drawScreen } from './screen.ts';
import { sendCommand } from './send-command.ts';
import { hasEnded, stateSentence } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/**
 * The live screen with its keys: follows the campaign, draws what the server says, and carries out what the keys ask for. Ends when
 * the operator leaves (`left` aborts; the campaign goes on) or when the campaign has ended; answers the last view.
 */
export async function openControlRoom(
  session: Session,
  id: string,
  left: AbortController,
): Promise<WatchView> {
  const { api, surroundings } = session;
  const room = new ControlRoom(session, left);
  // Read from the start on, so that q leaves also while the server has not answered yet.
  const noKeys = surroundings.input.isTTY ? surroundings.input.onKey(room.type) : (): void => undefined;
  const countdown = setInterval(room.redraw, 1_000);
  let last: WatchView;
  try {
    const { bell, show } = room;
    last = await followCampaign({
      api,
      id,
      signal: left.signal,
      show,
      now: surroundings.now,
      depth: 'room',
      bell,
    });
    last = (await room.settled()) ?? last;
  } finally {
    clearInterval(countdown);
    noKeys();
    room.close();
  }
  session.say(...farewell(last, room.lastWord(), surroundings.now()));
  return last;
}

function farewell({ campaign }: WatchView, lastWord: string | null, now: Date): string[] {
  const id = campaign.id.slice(0, 8);
  return [
    ...(lastWord === null ? [] : [clean(lastWord)]),
    `${clean(campaign.name)}: ${stateSentence(campaign, now)}`,
    hasEnded(campaign.state)
      ? `report: sluice campaign report ${id}`
      : `the campaign goes on; back to it: sluice campaign watch ${id}`,
  ];
}

/** Holds the two things that are drawn, the server's view and the operator's room, and brings effects to the server. */
class ControlRoom {
  readonly bell = createBell();
  readonly #session: Session;
  readonly #left: AbortController;
  readonly #readKeys = createKeyReader();
  #room: Room = quietRoom;
  #view: WatchView | null = null;
  #screen: LiveScreen | null = null;
  #sending: Promise<void> = Promise.resolve();
  #lastWord: string | null = null;
  #wanted: WirePace | null = null;
  #previewing = false;
  #broken: { readonly by: unknown } | null = null;

  constructor(session: Session, left: AbortController) {
    this.#session = session;
    this.#left = left;
  }

  /** The only place that hears the keyboard. */
  readonly type = (sent: string): void => {
    for (const key of this.#readKeys(sent)) {
      if (this.#left.signal.aborted) return;
      if (this.#view === null) {
        if (isLeave(key) || key === 'q') this.#left.abort();
        continue;
      }
      const { room, effect } = pressKey(this.#room, key, this.#view);
      this.#room = room;
      if (effect !== null) this.#carryOut(effect, this.#view);
    }
    this.redraw();
  };

  /** A view that was asked for before a command came into force must not take its answer back. */
  readonly show = (next: WatchView): void => {
    const known = this.#view?.campaign;
    const isOlder = known !== undefined && next.campaign.version < known.version;
    this.#view = isOlder ? { ...next, campaign: known } : next;
    this.redraw();
  };

  readonly redraw = (): void => {
    if (this.#view === null || this.#left.signal.aborted) return;
    const { surroundings, paint } = this.#session;
    // Nothing is asked of the terminal before the campaign is known: an error stays readable.
    this.#screen ??= openLiveScreen(surroundings, paint, (size) => {
      const room = surroundings.input.isTTY ? this.#room : null;
      return this.#view === null ? [] : drawScreen(this.#view, size, surroundings.now(), room);
    });
    this.#screen.redraw();
  };

  /** Until a command under way has its answer; the last view with what the server said then. Throws what broke. */
  async settled(): Promise<WatchView | null> {
    await this.#sending;
    if (this.#broken !== null) throw this.#broken.by;
    return this.#view;
  }

  /** What became of a command that was under way when the operator left. */
  lastWord(): string | null {
    return this.#lastWord;
  }

  close(): void {
    this.#screen?.close();
  }

  #carryOut(effect: Effect, view: WatchView): void {
    switch (effect.kind) {
      case 'leave':
        return this.#left.abort();
      case 'send':
        this.#sending = this.#send(effect.command, effect.version, view);
        return;
      case 'preview':
        this.#wanted = effect.pace;
        void this.#preview(view.campaign.id);
    }
  }

  async #send(command: Command, version: number, view: WatchView): Promise<void> {
    const { api, surroundings } = this.#session;
    try {
      const notice = await sendCommand(api, view, command, version, surroundings.now());
      await this.#readCampaign(view.campaign.id);
      this.#room = receiveAnswer(this.#room, notice);
      if (this.#left.signal.aborted) this.#lastWord = notice.text;
      this.bell.strike();
      this.redraw();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The state changes by the server's word only; when it cannot be asked now, the follower says so. */
  async #readCampaign(id: string): Promise<void> {
    try {
      const campaign = await this.#session.api.get<Campaign>(`/v1/campaigns/${id}`);
      if (this.#view !== null) this.show({ ...this.#view, campaign });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  /** One question at a time; what was stepped over meanwhile is never asked. */
  async #preview(id: string): Promise<void> {
    if (this.#previewing) return;
    this.#previewing = true;
    try {
      while (this.#wanted !== null && !this.#left.signal.aborted) {
        const pace = this.#wanted;
        this.#wanted = null;
        const whatIf = await this.#foresee(id, pace);
        // Keys went on meanwhile: the room is read only now.
        this.#room = receivePreview(this.#room, pace, whatIf);
        this.redraw();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#previewing = false;
    }
  }

  async #foresee(id: string, pace: WirePace): Promise<NonNullable<Pacing['whatIf']>> {
    try {
      return await loadWhatIf(this.#session.api, id, { pace });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const missing = hasNoForecast(error) ? 'this server has no forecast' : `no forecast: ${error.message}`;
      return { missing };
    }
  }

  #fail(error: unknown): void {
    this.#broken ??= { by: error };
    this.#left.abort();
  }
}
