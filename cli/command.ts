import type { Command } from 'commander';
import type { Api } from './api.ts';
import { paintFor, wantsColour, type Paint } from './paint.ts';
import { serverOf, type ServerOptions } from './server.ts';
import type { Surroundings } from './surroundings.ts';

export interface CommonOptions extends ServerOptions {
  readonly json?: boolean;
}

/** What every command that asks the API works with. */
export interface Session {
  readonly api: Api;
  readonly surroundings: Surroundings;
  readonly paint: Paint;
  readonly json: boolean;
  /** Lines for people; nothing with --json. */
  readonly say: (...lines: readonly string[]) => void;
  /** The API's answer with --json, else lines for people. */
  readonly answer: (answer: unknown, lines: () => readonly string[]) => void;
}

/** A command with the options that all commands of the API have. `isDefault`: the one that its group means without a name. */
export function apiCommand(
  parent: Command,
  spec: string,
  description: string,
  how: { readonly isDefault?: boolean } = {},
): Command {
  return parent
    .command(spec, how)
    .description(description)
    .option('--json', "print the API's answer as JSON")
    .option('--server <url>', 'address of the API (else SLUICE_PUBLIC_URL, SLUICE_HTTP, the running stack)')
    .option('--key-file <path>', 'file with the API key (else $SLUICE_DATA_DIR/api-key)');
}

export function openSession(options: CommonOptions, surroundings: Surroundings): Session {
  const json = options.json === true;
  const { out } = surroundings;
  const say = (...lines: readonly string[]): void => {
    if (!json) for (const line of lines) out.write(`${line}\n`);
  };
  return {
    api: serverOf(options, surroundings),
    surroundings,
    paint: paintFor(wantsColour(surroundings.env, out.isTTY)),
    json,
    say,
    answer: (answer, lines) => {
      if (json) out.write(`${JSON.stringify(answer, null, 2)}\n`);
      else say(...lines());
    },
  };
}

/** How wide a table may be: what no terminal shows is never cut. */
export function tableWidth({ out }: Surroundings): number {
  return out.isTTY ? out.size().columns : Number.POSITIVE_INFINITY;
}
