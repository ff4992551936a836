import type { Command } from 'commander';
import type { MainGate, MainGateChanged } from './answers.ts';
import { apiCommand, openSession, type CommonOptions } from './command.ts';
import { plural } from './numbers.ts';
import type { Surroundings } from './surroundings.ts';
import { clean } from './terminal-text.ts';

interface GateOptions extends CommonOptions {
  readonly reason?: string;
}

/** `sluice gate …`: the main gate, which closes all campaigns at once. */
export function addGateCommands(program: Command, surroundings: Surroundings): void {
  const gate = program.command('gate').description('the main gate: close or open all sending at once');
  apiCommand(gate, 'show', 'is it open?').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const found = await session.api.get<MainGate>('/v1/main-gate');
    session.answer(found, () => [sayGate(found)]);
  });
  for (const [name, open, description] of acts) {
    apiCommand(gate, name, description)
      .option('--reason <text>', 'why; kept in the history')
      .action(async (options: GateOptions) => {
        const session = openSession(options, surroundings);
        const body = { open, ...(options.reason === undefined ? {} : { reason: options.reason }) };
        const changed = await session.api.send<MainGateChanged>('PUT', '/v1/main-gate', { body });
        session.answer(changed, () => [
          sayGate(changed),
          ...(open || changed.inFlight === 0
            ? []
            : [
                `${plural(changed.inFlight, 'mail was', 'mails were')} in flight; at most these still leave.`,
              ]),
        ]);
      });
  }
}

const acts = [
  ['open', true, 'let mails leave again; campaigns go on by themselves'],
  ['close', false, 'no mail of any campaign leaves any more'],
] as const;

function sayGate({ open, reason }: MainGate): string {
  if (open) return 'The main gate is open.';
  return `The main gate is closed${reason === null || reason === '' ? '' : `: ${clean(reason)}`}. Nothing leaves until: sluice gate open`;
}
