import type { Command } from 'commander';
import type { Campaign, Forecast, PlannedBatch } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { clock, relative } from '../times.ts';
import { findCampaignId } from './find-campaign.ts';
import { finishSentence } from './forecast-words.ts';
import { loadForecast } from './load-forecast.ts';
import { sayWholePace } from './pace-text.ts';
import { paceWritings, readPaceOptions } from './plan-options.ts';

interface ForecastOptions extends CommonOptions {
  readonly pace?: string;
  readonly ramp?: string;
  readonly jitter?: string;
  readonly start?: string;
  readonly capacity?: string;
}

/** `campaign forecast`: the batches to come, as they are planned or as they would be. */
export function addForecastCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'forecast <id>', 'the batches to come and the finish; changes nothing')
    .option('--pace <pace>', `as if the pace were this, ${paceWritings}`)
    .option('--ramp <from x factor>', 'as if it began with smaller batches, such as 10x2; goes with --pace')
    .option('--jitter <share>', 'as if gaps were lengthened by up to this share; goes with --pace')
    .option('--start <instant>', 'as if it started then, such as 2026-12-01T08:00:00+01:00')
    .option('--capacity <open>', 'as if so many responses might be open at once')
    .action(async (typed: string, options: ForecastOptions) => {
      const pace = readPaceOptions(options);
      const supposed = {
        ...(pace === undefined ? {} : { pace }),
        ...(options.start === undefined ? {} : { startAt: options.start }),
        ...(options.capacity === undefined ? {} : { capacity: readCapacity(options.capacity) }),
      };
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const forecast = await loadForecast(session.api, id, supposed);
      if (session.json) return session.answer(forecast, () => []);
      const found = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
      session.say(...forecastLines(forecast, found, surroundings.now(), tableWidth(surroundings)));
    });
}

function readCapacity(text: string): string {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw usage(`a capacity is a whole number of open responses, at least 1 (got ${text})`);
  return text;
}

/** The forecast in words; a long calendar by its head and its tail. */
function forecastLines(forecast: Forecast, campaign: Campaign, now: Date, width: number): string[] {
  const { assumptions, finishAt, pace, responses, warnings } = forecast;
  const zone = campaign.timeZone;
  const when = finishAt === null ? '' : `; ${relative(finishAt, now)}, times in ${zone}`;
  return [
    `${clean(campaign.name)}: ${sayWholePace(pace, zone, now)}`,
    `finish: ${finishSentence(forecast, zone, now)}${when}`,
    ...(responses === null ? [] : [peakSentence(responses, zone, now)]),
    ...warnings.map((warning) => `! ${clean(warning)}`),
    ...(forecast.batches.length === 0 ? [] : ['', ...calendarLines(forecast, zone, now, width)]),
    ...(assumptions.length === 0
      ? []
      : ['', 'This assumes:', ...assumptions.map((each) => `  - ${clean(each)}`)]),
  ];
}

function peakSentence(
  { limit, peak, peakAt }: NonNullable<Forecast['responses']>,
  zone: string,
  now: Date,
): string {
  const above = peak > limit ? ': more than the capacity' : '';
  return `at most ${plural(Math.ceil(peak), 'response')} open of ${count(limit)} at ${clock(peakAt, zone, now)}${above}`;
}

const headRows = 10;
const tailRows = 3;

function calendarLines({ batches, total, truncated }: Forecast, zone: string, now: Date, width: number) {
  const rows = table(
    batches,
    [
      { title: 'BATCH', of: ({ batch }: PlannedBatch) => count(batch), align: 'right' },
      { title: `AT (${zone})`, of: ({ at }) => clock(at, zone, now) },
      {
        title: 'FROM NOW',
        of: ({ at }) => (Date.parse(at) <= now.getTime() ? 'due now' : relative(at, now)),
      },
      { title: 'SIZE', of: ({ size }) => count(size), align: 'right' },
    ],
    width,
  );
  const [title = '', ...lines] = rows;
  // What the server left out comes after the last one that it lists.
  const unlisted = truncated && total > batches.length ? [more(total - batches.length)] : [];
  if (lines.length <= headRows + tailRows + 1) return [title, ...lines, ...unlisted];
  const hidden = lines.length - headRows - tailRows;
  return [title, ...lines.slice(0, headRows), more(hidden), ...lines.slice(-tailRows), ...unlisted];
}

function more(batches: number): string {
  return `    …  ${plural(batches, 'more batch', 'more batches')}`;
}
