import { mkdirSync, writeFileSync } from 'node:fs';

/** One measured value; `ratio` compares it with `against`, measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly ratio?: number;
  readonly against?: string;
}

/** Prints a table and keeps `.sluice/bench.json`. */
export function report(figures: readonly Figure[]): void {
  mkdirSync('.sluice', { recursive: true });
  writeFileSync('.sluice/bench.json', `${JSON.stringify(figures, null, 2)}\n`);
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, ratio, against } of figures) {
    const compared = ratio === undefined ? '' : `   ${ratio.toFixed(2)} × ${against}`;
    process.stdout.write(`${name.padEnd(width)}  ${format(value).padStart(9)} ${unit}${compared}\n`);
  }
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The smallest value that `percent` of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
