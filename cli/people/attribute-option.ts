import type { Command } from 'commander';
import { usage } from '../failure.ts';
import { clean } from '../terminal-text.ts';

/** `--attribute NAME=VALUE`, several times; without a value the attribute is removed. */
export function withAttributes(command: Command): Command {
  return command.option(
    '--attribute <name=value...>',
    'set an attribute; several may be given, NAME= removes one',
  );
}

/** What the option means for the API; undefined when it was not given. */
export function attributesOf(
  given: readonly string[] | undefined,
): Record<string, string | null> | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw usage(`an attribute is given as NAME=VALUE, such as category=A (got ${clean(text)})`);
      const value = text.slice(at + 1);
      return [text.slice(0, at), value === '' ? null : value];
    }),
  );
}

/** Fields that were given; an empty one clears. */
export function givenFields(
  fields: Readonly<Record<string, string | undefined>>,
): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value === '' ? null : value]],
    ),
  );
}
