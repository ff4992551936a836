import { clean, pad } from '../terminal-text.ts';

type Value = string | number | boolean | null;

/** Names and values below each other, without those that are null. */
export function detailLines(details: Readonly<Record<string, Value | undefined>>): string[] {
  const shown = Object.entries(details).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, sayValue(value)]],
  );
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, text]) => `${pad(clean(name), width)}  ${text}`);
}

/** Attributes below their own title; nothing when there are none. */
export function attributeLines(attributes: Readonly<Record<string, Value>>): string[] {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return [];
  const sorted = Object.fromEntries(names.map((name) => [name, attributes[name]]));
  return ['attributes', ...detailLines(sorted).map((line) => `  ${line}`)];
}

function sayValue(value: Exclude<Value, null>): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return clean(String(value));
}
