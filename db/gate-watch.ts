import pg from 'pg';
import { gateChannel } from './notify.ts';

/** Called when a gate may have changed; the listener looks for itself what is the case. */
type Listener = () => void;

/**
 * Hears at once when somebody closes or opens a gate, on a connection of its own. Without it nothing would be sent that
 * should not be (claims look at the gate themselves); with it, what is claimed but not yet on the wire is given back.
 */
export class GateWatch {
  readonly #databaseUrl: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  #client: pg.Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** Connects and listens; a lost connection is made anew, and everybody looks again then. */
  async start(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      application_name: 'sluice gate watch',
    });
    client.on('notification', ({ payload }) => this.#tell(payload ?? '*'));
    client.on('error', () => this.#reconnect());
    client.on('end', () => this.#reconnect());
    this.#client = client;
    await client.connect();
    await client.query(`listen ${gateChannel}`);
    this.#tell('*');
  }

  /** @returns the way to stop hearing. */
  watch(campaignId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(campaignId) ?? new Set();
    this.#listeners.set(campaignId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(campaignId);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  #tell(campaignId: string): void {
    const told = campaignId === '*' ? this.#listeners.values() : [this.#listeners.get(campaignId) ?? []];
    for (const listeners of told) for (const listener of listeners) listener();
  }

  #reconnect(): void {
    if (this.#closed || this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.start().catch(() => this.#reconnect());
    }, 500);
  }
}
