import { styleText } from 'node:util';

/** What a piece of text means; colour only underlines what words or shapes already say. */
export type Style = 'plain' | 'strong' | 'dim' | 'good' | 'warn' | 'bad' | 'accent';
export type Paint = (style: Style, text: string) => string;

/** Plain text when colour is not wanted. */
export function paintFor(colour: boolean): Paint {
  if (!colour) return (_style, text) => text;
  // The decision is made here (NO_COLOR, terminal or not), so styleText must not make it again for process.stdout.
  return (style, text) =>
    style === 'plain' ? text : styleText(formats[style], text, { validateStream: false });
}

/** https://no-color.org; FORCE_COLOR as Node itself reads it. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY;
}

const formats = {
  strong: 'bold',
  dim: 'dim',
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  accent: 'cyan',
} as const;
