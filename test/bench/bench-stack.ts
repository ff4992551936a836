import type { ChildProcess } from 'node:child_process';
import { sql } from 'kysely';
import { Arena } from '../support/arena.ts';
import { endProgram, eventually, firstLine, spawnProgram } from '../support/processes.ts';
import { benchIdentity, mailOf8kB } from './mail-of-8-kb.ts';

/** The product as in production (durable commits, api and worker as processes) before a sink that keeps nothing. */
export class BenchStack {
  readonly arena: Arena;
  readonly api: ChildProcess;
  readonly sinkPort: number;
  readonly #sink: ChildProcess;

  private constructor(arena: Arena, api: ChildProcess, sink: ChildProcess, sinkPort: number) {
    this.arena = arena;
    this.api = api;
    this.#sink = sink;
    this.sinkPort = sinkPort;
  }

  static async start(): Promise<BenchStack> {
    const sink = spawnProgram('test/bench/sink.ts', {});
    const { port }: { port: number } = JSON.parse(await firstLine(sink, () => true));
    const arena = await Arena.start({
      durable: true,
      built: true,
      window: 100,
      connections: 10,
      env: { SMTP_URL: `smtp://127.0.0.1:${port}` },
    });
    return new BenchStack(arena, await arena.startApi(), sink, port);
  }

  /** Leaves exactly `count` contacts: every campaign goes to all of them. */
  async contacts(count: number): Promise<void> {
    const { db } = this.arena;
    await sql`truncate campaign, contact cascade`.execute(db);
    await sql`
      insert into contact (address, email, first_name, last_name, salutation, language, attributes)
      select 'p' || i || '@example.org', 'p' || i || '@example.org', 'Anna' || i, 'Muster' || i, 'Frau', 'de',
        '{"server": "s1", "room": "12"}'::jsonb
      from generate_series(1, ${count}::int) i`.execute(db);
    await sql`vacuum analyze`.execute(db);
  }

  /** A draft of the 8 kB mail, started through the API. @returns its id. */
  async campaign(pace: { size: number; gapMs: number }): Promise<string> {
    const { id } = await this.arena.db
      .insertInto('campaign')
      .values({
        name: 'Measurement',
        audience: '{"all": true}',
        identity: JSON.stringify(benchIdentity),
        content: JSON.stringify(mailOf8kB),
        size: pace.size,
        gap_ms: pace.gapMs,
        created_by: 'bench',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await eventually('the start to be answered', async () => {
      const { status, body } = await this.arena.request('PUT', `/v1/campaigns/${id}/start`, {});
      // On a busy machine Temporal may not answer in time.
      if (status === 503) return false;
      if (status !== 200) throw new Error(`start answered ${status}: ${JSON.stringify(body)}`);
      return true;
    });
    return id;
  }

  async countSent(campaignId: string): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from delivery where campaign_id = ${campaignId} and state = 'sent'`.execute(
      this.arena.db,
    );
    return rows[0]?.n ?? 0;
  }

  async untilSent(campaignId: string, count: number, deadlineMs = 120_000): Promise<void> {
    await eventually(
      `${count} mails sent`,
      async () => (await this.countSent(campaignId)) >= count,
      deadlineMs,
    );
  }

  async stop(): Promise<void> {
    await endProgram(this.#sink, 'SIGKILL');
    await this.arena.stop();
  }
}
