import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { NamedIdentity } from './answers.ts';
import type { Api } from './api.ts';
import { readSender } from './campaign/sender.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { defined } from './defined.ts';
import { usage } from './failure.ts';
import { findNamed } from './find-named.ts';
import { allItems } from './pages.ts';
import { readText } from './read-text.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface IdentityOptions extends CommonOptions {
  readonly label?: string;
  readonly from?: string;
  readonly replyTo?: string;
  readonly allow?: string[];
  readonly dkimDomain?: string;
  readonly dkimSelector?: string;
  readonly dkimKey?: string;
}

interface KeyOptions extends CommonOptions {
  readonly selector: string;
  readonly domain?: string;
}

/** `sluice identity …`: who mails are from. */
export function addIdentityCommands(program: Command, surroundings: Surroundings): void {
  const identity = program
    .command('identity')
    .description('who mails are from, with keys and allowed domains');
  withFields(apiCommand(identity, 'create <label>', 'make an identity')).action(
    async (label: string, options: IdentityOptions) => {
      const session = openSession(options, surroundings);
      if (options.from === undefined) throw usage('say who it is: --from "Helpdesk <helpdesk@example.com>"');
      const body = { label, ...fieldsOf(options, surroundings.folder) };
      const made = await session.api.send<NamedIdentity>('POST', '/v1/identities', { body });
      session.answer(made, () => [made.id, ...lines(made)]);
    },
  );
  withFields(apiCommand(identity, 'change <identity>', 'change an identity, by its label or id'))
    .option('--label <label>', 'how it is called from now on')
    .action(async (typed: string, options: IdentityOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findIdentity(session.api, typed);
      const body = { ...defined({ label: options.label }), ...fieldsOf(options, surroundings.folder) };
      const changed = await session.api.send<NamedIdentity>('PATCH', `/v1/identities/${id}`, { body });
      session.answer(changed, () => lines(changed));
    });
  apiCommand(identity, 'dkim <identity>', 'make a DKIM key and show the DNS record to publish')
    .requiredOption('--selector <selector>', 'where the public key will be, such as 2026-12')
    .option('--domain <domain>', 'the domain that signs (else that of the address)')
    .action(async (typed: string, options: KeyOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findIdentity(session.api, typed);
      const body = defined({ selector: options.selector, domain: options.domain });
      const made = await session.api.send<NamedIdentity>('POST', `/v1/identities/${id}/dkim-keys`, { body });
      session.answer(made, () => [
        'Publish this record; its mails are signed from the next batch on:',
        ...lines(made),
      ]);
    });
  addLookCommands(identity, surroundings);
}

function addLookCommands(identity: Command, surroundings: Surroundings): void {
  apiCommand(identity, 'list', 'list identities').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const identities = await allItems<NamedIdentity>(session.api, '/v1/identities');
    session.answer({ items: identities, next: null }, () =>
      table(
        identities,
        [
          { title: 'ID', of: ({ id }) => id },
          { title: 'LABEL', of: ({ label }) => clean(label), gives: true },
          { title: 'FROM', of: sayFrom },
          { title: 'SIGNS', of: ({ dkim }) => dkim?.domain ?? '—' },
          { title: 'WRITES TO', of: sayAllowed },
        ],
        tableWidth(surroundings),
      ),
    );
  });
  apiCommand(identity, 'show <identity>', 'one identity, with the DNS record of its key').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const found = await findIdentity(session.api, typed);
      session.answer(found, () => lines(found));
    },
  );
  apiCommand(identity, 'remove <identity>', 'started campaigns go on, drafts with it cannot start').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id, label } = await findIdentity(session.api, typed);
      const removed = await session.api.send<unknown>('DELETE', `/v1/identities/${id}`);
      session.answer(removed, () => [`${clean(label)} is removed.`]);
    },
  );
}

function withFields(command: Command): Command {
  return command
    .option('--from <sender>', 'who it is, such as "Helpdesk <helpdesk@example.com>"')
    .option('--reply-to <address>', 'where answers go ("none": to the address)')
    .option('--allow <domains...>', 'domains of recipients that it may write to ("all": every domain)')
    .option('--dkim-domain <domain>', 'the domain that signs; goes with --dkim-selector and --dkim-key')
    .option('--dkim-selector <selector>', 'where its public key is published')
    .option('--dkim-key <path>', 'a private key in PEM form (identity dkim makes one)');
}

function fieldsOf(options: IdentityOptions, folder: string): Record<string, unknown> {
  const { from, replyTo, allow } = options;
  return {
    ...(from === undefined ? {} : readSender(from)),
    ...defined({
      replyTo: replyTo === 'none' ? null : replyTo,
      allowedDomains: allow === undefined ? undefined : allow.filter((domain) => domain !== 'all'),
      dkim: dkimOf(options, folder),
    }),
  };
}

function dkimOf({ dkimDomain, dkimSelector, dkimKey }: IdentityOptions, folder: string): object | undefined {
  const given = [dkimDomain, dkimSelector, dkimKey].filter((option) => option !== undefined);
  if (given.length === 0) return undefined;
  if (dkimKey === undefined || given.length < 3)
    throw usage('a key is given by --dkim-domain, --dkim-selector and --dkim-key together');
  return { domain: dkimDomain, selector: dkimSelector, privateKey: readText(resolve(folder, dkimKey)) };
}

/** The identity of that id or label. */
export async function findIdentity(api: Api, typed: string): Promise<NamedIdentity> {
  const kind = { what: 'identity', path: '/v1/identities', nameOf: ({ label }: NamedIdentity) => label };
  return findNamed<NamedIdentity>(api, kind, typed);
}

function lines(identity: NamedIdentity): string[] {
  const { label, dkim, warnings } = identity;
  return [
    `${clean(label)}: ${sayFrom(identity)}, writes to ${sayAllowed(identity)}`,
    ...(dkim === null
      ? ['signs with the key of the configuration, if there is one']
      : [dkim.record.zoneLine]),
    ...warnings.map(({ text }) => `! ${clean(text)}`),
  ];
}

function sayFrom({ name, address }: NamedIdentity): string {
  return `${clean(name)} <${clean(address)}>`;
}

function sayAllowed({ allowedDomains }: NamedIdentity): string {
  return allowedDomains.length === 0 ? 'every domain' : allowedDomains.map(clean).join(', ');
}
