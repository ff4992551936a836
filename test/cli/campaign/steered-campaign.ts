import type { ServerResponse } from 'node:http';
import type { Campaign, Control, Forecast, WirePace } from '../../../cli/answers.ts';
import { parseDuration } from '../../../domain/duration.ts';
import { until } from '../../../embedded/until.ts';
import {
  problem,
  scriptedApi,
  type Route,
  type ScriptedAnswer,
  type ScriptedApi,
  type Seen,
} from '../scripted-api.ts';
import {
  openGate,
  sampleAct,
  sampleBatches,
  sampleCampaign,
  sampleForecast,
  sampleId,
  sampleNow,
} from './sample.ts';

export interface SteeredCampaign {
  readonly api: ScriptedApi;
  /** Requests that change something. */
  readonly commands: () => Seen[];
  readonly campaign: () => Campaign;
  /** Somebody else's act: the next command with the old version is refused. */
  readonly actAs: (by: string, change: Partial<Campaign>) => void;
  /** Something changes without an act of control, and the stream tells of it. */
  readonly change: (change: Partial<Campaign>) => void;
  /** The next command is answered only when what this gives is called, which waits until it has come. */
  readonly withhold: () => () => Promise<void>;
}

const path = `/v1/campaigns/${sampleId}`;

/**
 * The sample campaign on a real socket, as it is `now`: it can be paused, resumed and paced, looks at If-Match, and foresees its
 * batches at any pace by the plain arithmetic of size and gap.
 */
export async function steeredCampaign(now: Date, first: Partial<Campaign> = {}): Promise<SteeredCampaign> {
  const shiftMs = now.getTime() - sampleNow.getTime();
  const streams: ServerResponse[] = [];
  let campaign = { ...shifted(sampleCampaign(), shiftMs), ...first };
  let acts: Control[] = [shifted(sampleAct(), shiftMs)];
  let withheld: (() => void) | null = null;
  let holding = false;
  const change = (changed: Partial<Campaign>): void => {
    campaign = { ...campaign, ...changed };
    for (const stream of streams) stream.write('event: progress\ndata: {}\n\n');
  };
  const act = (
    by: string,
    action: string,
    changed: Partial<Campaign>,
    reason: string | null = null,
  ): void => {
    const from = { state: campaign.state, ...campaign.pace };
    const to = { state: changed.state ?? campaign.state, ...(changed.pace ?? campaign.pace) };
    acts = [sampleAct({ at: now.toISOString(), by, action, from, to, reason }), ...acts];
    change({ ...changed, version: campaign.version + 1 });
  };
  const commanded =
    (answer: (seen: Seen) => ScriptedAnswer): Route =>
    (seen, response) => {
      const reply = (): ScriptedAnswer => refusal(seen, campaign, acts) ?? answer(seen);
      if (!holding) return reply();
      holding = false;
      withheld = () => {
        const { status = 200, body } = reply();
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      return undefined;
    };
  const routes: Record<string, Route> = {
    [`GET ${path}`]: () => ({ body: campaign }),
    [`GET ${path}/controls`]: () => ({ body: { items: acts, next: null } }),
    [`GET ${path}/batches`]: { body: { items: shifted(sampleBatches(), shiftMs), next: null } },
    [`GET ${path}/forecast`]: ({ query }) => ({ body: forecastOf(campaign, query) }),
    'GET /v1/main-gate': { body: openGate },
    [`GET ${path}/events`]: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\n');
      streams.push(response);
      return undefined;
    },
    [`PUT ${path}/pause`]: commanded(({ body }) => {
      const { reason = null } = JSON.parse(body) as { reason?: string };
      const at = now.toISOString();
      const pause = { at, by: 'me', reason, inFlight: 3, settledAt: null, resumeAt: null };
      act('me', 'pause', { state: 'paused', pause }, reason);
      return { body: { state: 'paused', pausedAt: at, by: 'me', reason, inFlight: 3 } };
    }),
    [`DELETE ${path}/pause`]: commanded(({ query }) => {
      if (campaign.state === 'held' && query.get('acknowledge') !== 'true')
        return problem(409, 'the campaign is held; resume with acknowledge=true');
      act('me', 'resume', { state: 'running', pause: null });
      return { body: campaign };
    }),
    [`PUT ${path}/pace`]: commanded(({ body }) => {
      const previous = campaign.pace;
      const { size, every } = JSON.parse(body) as WirePace;
      act('me', 'setPace', { pace: { size, every } });
      return { body: { pace: campaign.pace, previous, next: campaign.next } };
    }),
    [`DELETE ${path}/pace`]: problem(405, 'DELETE is not possible here'),
  };
  const api = await scriptedApi(routes);
  return {
    api,
    commands: () => api.seen.filter(({ method }) => method !== 'GET'),
    campaign: () => campaign,
    actAs: (by, changed) => act(by, 'pause', changed),
    change,
    withhold: () => {
      holding = true;
      return async () => {
        const answer = await until(
          () => withheld ?? undefined,
          10_000,
          () => 'the command never came',
        );
        answer();
      };
    },
  };
}

/** As the API refuses a stale If-Match: with both states and who changed it. */
function refusal(seen: Seen, campaign: Campaign, acts: readonly Control[]): ScriptedAnswer | null {
  if (seen.headers['if-match'] === `"${campaign.version}"`) return null;
  const [last] = acts;
  const { body } = problem(412, 'If-Match names another version');
  return {
    status: 412,
    body: {
      ...(body as object),
      expected: { version: 3, state: last?.from?.['state'] ?? null },
      current: { version: campaign.version, state: campaign.state },
      changedBy: last?.by ?? null,
      changedAt: last?.at ?? null,
    },
  };
}

function forecastOf({ counts, next, pace }: Campaign, query: URLSearchParams): Forecast {
  const size = Number(query.get('size') ?? pace.size);
  const every = query.get('every') ?? pace.every;
  const people = counts.planned + counts.deferred;
  const total = Math.ceil(people / size);
  const firstMs = Date.parse(next?.at ?? sampleNow.toISOString());
  const batches = Array.from({ length: total }, (_, index) => ({
    batch: (next?.batch ?? 1) + index,
    at: new Date(firstMs + index * (parseDuration(every) ?? 0)).toISOString(),
    size: Math.min(size, people - index * size),
  }));
  const finishAt = batches.at(-1)?.at ?? null;
  return sampleForecast({ pace: { size, every }, batches, total, finishAt, range: null });
}

/** The same with every instant moved: the sample lives on one day, the clock of a process does not. */
export function shifted<T>(value: T, ms: number): T {
  const text = JSON.stringify(value).replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, (instant) =>
    new Date(Date.parse(instant) + ms).toISOString(),
  );
  return JSON.parse(text) as T;
}
