import { Option, type Command } from 'commander';
import type { Consent } from './answers.ts';
import { problemOf } from './api.ts';
import { findContactId } from './campaign/find-recipient.ts';
import { apiCommand, openSession, type CommonOptions } from './command.ts';
import { allItems } from './pages.ts';
import { failureOf } from './problem-text.ts';
import type { Surroundings } from './surroundings.ts';
import { clean } from './terminal-text.ts';

interface AddOptions extends CommonOptions {
  readonly given: 'yes' | 'no';
  readonly how: string;
  readonly at?: string;
  readonly wording?: string;
}

/** `sluice consent …`: who ordered or cancelled the newsletter, and the proof of it. */
export function addConsentCommands(program: Command, surroundings: Surroundings): void {
  const consent = program
    .command('consent')
    .description('proof of who ordered or cancelled the newsletter, when and how');
  apiCommand(consent, 'show <address>', 'what one person said about the newsletter').action(
    async (address: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const id = await findContactId(session.api, address);
      const items = await allItems<Consent>(session.api, `/v1/contacts/${id}/consents`);
      session.answer({ items, next: null }, () =>
        items.length === 0 ? ['Nothing is noted.'] : items.map(sayNoted),
      );
    },
  );
  apiCommand(consent, 'add <address>', 'note that a person ordered or cancelled the newsletter')
    .addOption(
      new Option('--given <yes|no>', 'yes: ordered; no: cancelled')
        .choices(['yes', 'no'])
        .makeOptionMandatory(),
    )
    .requiredOption('--how <text>', 'where and how the person said it, such as "form on the web site"')
    .option('--at <instant>', 'when the person said it, such as 2026-11-01T10:00:00+01:00 (else now)')
    .option('--wording <text>', 'what the person agreed to, word by word')
    .action(async (address: string, { given, how, at, wording, ...options }: AddOptions) => {
      const session = openSession(options, surroundings);
      const id = await findContactId(session.api, address);
      const more = { ...(at === undefined ? {} : { at }), ...(wording === undefined ? {} : { wording }) };
      const body = { given: given === 'yes', how, ...more };
      const noted = await session.api.send<Consent>('POST', `/v1/contacts/${id}/consents`, { body });
      session.answer(noted, () => [sayNoted(noted)]);
    });
  apiCommand(consent, 'export', 'all proofs as CSV on standard output').action(
    async (options: CommonOptions) => {
      const { api } = openSession(options, surroundings);
      const answer = await api.raw('/v1/consent-exports');
      if (!answer.ok) throw failureOf(problemOf(answer, await answer.text()), null);
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      for await (const piece of answer.body ?? [])
        surroundings.out.write(decoder.decode(piece, { stream: true }));
      surroundings.out.write(decoder.decode());
    },
  );
}

function sayNoted({ given, at, how, wording, recordedBy }: Consent): string {
  const words = wording === null ? '' : `: "${clean(wording)}"`;
  return `${at}  ${given ? 'ordered' : 'cancelled'}, ${clean(how)}${words} (noted by ${clean(recordedBy)})`;
}
