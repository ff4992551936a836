import { formatDuration } from './duration.ts';
import type { ResponsePrior } from './response-model.ts';

/** What people say about capacity; what is left out has the default, handling is then learned only. */
export interface CapacitySettings {
  /** How many responses may be open at once. */
  readonly open: number;
  readonly rate?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly handlingMs?: number | undefined;
  readonly floor?: number | undefined;
  readonly ceiling?: number | undefined;
  readonly silentAfterMs?: number | undefined;
}

/** A campaign's capacity as it was said: what may be open here, or whose desk counts, and what is expected. */
export type StatedCapacity = Omit<CapacitySettings, 'open'> & {
  readonly open?: number | undefined;
  readonly desk?: string | undefined;
};

const minute = 60_000;
const day = 86_400_000;

export const capacityLimits = {
  minOpen: 1,
  maxOpen: 100_000,
  minRate: 0.001,
  maxRate: 1,
  minDelayMs: 10_000,
  maxDelayMs: 4 * day,
  minHandlingMs: 1_000,
  maxHandlingMs: 30 * day,
  maxSize: 100_000,
  minSilentAfterMs: 5 * minute,
  maxSilentAfterMs: 30 * day,
} as const;

/** An answer from every fifth within half an hour: soon corrected by the campaign's own responses. */
export const capacityDefaults = {
  rate: 0.2,
  delayMs: 30 * minute,
  floor: 0,
  silentAfterMs: 60 * minute,
} as const;

/** What is stated weighs as much as the answers of so many mails. */
const statedStrength = 20;

export function priorOf({ rate, delayMs }: Pick<CapacitySettings, 'rate' | 'delayMs'>): ResponsePrior {
  return {
    rate: rate ?? capacityDefaults.rate,
    delayMs: delayMs ?? capacityDefaults.delayMs,
    strength: statedStrength,
  };
}

/** A setting that cannot be used: fact, value, way out. */
export interface CapacityRefusal {
  readonly setting: keyof CapacitySettings;
  readonly message: string;
}

/**
 * Why a capacity cannot be used, or null when it can.
 * @param paceSize size of a batch at the fixed pace, which is the ceiling when none is set
 */
export function refuseCapacity(settings: CapacitySettings, paceSize: number): CapacityRefusal | null {
  const { open, rate, delayMs, handlingMs, floor, ceiling, silentAfterMs } = settings;
  const limits = capacityLimits;
  const checks: readonly (readonly [keyof CapacitySettings, string | null])[] = [
    [
      'open',
      refuseCount('capacity', open, limits.minOpen, limits.maxOpen, 'to send nothing, pause the campaign'),
    ],
    ['rate', refuseRate(rate)],
    [
      'delayMs',
      refuseTime(
        'delay',
        delayMs,
        limits.minDelayMs,
        limits.maxDelayMs,
        'give the time within which half of the answers come',
      ),
    ],
    [
      'handlingMs',
      refuseTime(
        'handling',
        handlingMs,
        limits.minHandlingMs,
        limits.maxHandlingMs,
        'leave it out to learn it from the responses',
      ),
    ],
    [
      'ceiling',
      refuseCount(
        'ceiling',
        ceiling,
        1,
        limits.maxSize,
        'leave it out to keep to the batch size of the pace',
      ),
    ],
    ['floor', refuseFloor(floor, ceiling, paceSize)],
    [
      'silentAfterMs',
      refuseTime(
        'silentAfter',
        silentAfterMs,
        limits.minSilentAfterMs,
        limits.maxSilentAfterMs,
        `leave it out for ${formatDuration(capacityDefaults.silentAfterMs)}`,
      ),
    ],
  ];
  for (const [setting, message] of checks) if (message !== null) return { setting, message };
  return null;
}

function refuseCount(
  name: string,
  value: number | undefined,
  min: number,
  max: number,
  wayOut: string,
): string | null {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return null;
  return `${name} must be a whole number from ${min} to ${max} (got ${value}); ${wayOut}`;
}

function refuseTime(
  name: string,
  valueMs: number | undefined,
  minMs: number,
  maxMs: number,
  wayOut: string,
): string | null {
  if (valueMs === undefined || (valueMs >= minMs && valueMs <= maxMs)) return null;
  return `${name} must be ${formatDuration(minMs)} to ${formatDuration(maxMs)} (got ${formatDuration(valueMs)}); ${wayOut}`;
}

function refuseRate(rate: number | undefined): string | null {
  const { minRate, maxRate } = capacityLimits;
  if (rate === undefined || (rate >= minRate && rate <= maxRate)) return null;
  const percent =
    rate > 1 && rate <= 100 ? `; for ${rate} % write ${rate / 100}` : '; 0.2 means that every fifth answers';
  return `rate must be a share from ${minRate} to ${maxRate} (got ${rate})${percent}`;
}

function refuseFloor(
  floor: number | undefined,
  ceiling: number | undefined,
  paceSize: number,
): string | null {
  if (floor === undefined) return null;
  const range = refuseCount('floor', floor, 0, capacityLimits.maxSize, 'for no mails without room write 0');
  if (range !== null) return range;
  const [largest, name] =
    ceiling === undefined ? [paceSize, "the pace's batch size"] : [ceiling, 'the ceiling'];
  if (floor <= largest) return null;
  return `floor must be at most ${name}, ${largest} (got ${floor}); lower the floor or raise ${name}`;
}
