import type { Command } from 'commander';
import type { Contact, LinkedRecord } from '../answers.ts';
import { findContactId } from '../campaign/find-recipient.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { attributesOf, givenFields, withAttributes } from './attribute-option.ts';
import { attributeLines, detailLines } from './detail-lines.ts';
import { recordLine } from './record-line.ts';

interface PersonOptions extends CommonOptions {
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly title?: string;
  readonly salutation?: string;
  readonly language?: string;
  readonly timeZone?: string;
  readonly customer?: string;
  readonly externalId?: string;
  readonly newsletter?: string;
  readonly attribute?: string[];
}

/** add, show, edit: one person by hand. */
export function addPersonCommands(contacts: Command, surroundings: Surroundings): void {
  withFields(apiCommand(contacts, 'add <address>', 'add one person')).action(
    async (email: string, options: PersonOptions) => {
      const session = openSession(options, surroundings);
      const body = { ...bodyOf(options), email };
      const made = await session.api.send<Contact>('POST', '/v1/contacts', { body });
      session.answer(made, () => [made.id, ...personLines(made)]);
    },
  );
  apiCommand(contacts, 'show <contact>', 'one person with attributes and records; by address or id').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const path = `/v1/contacts/${await findContactId(session.api, typed)}`;
      const person = await session.api.get<Contact>(path);
      const records = session.json ? [] : await allItems<LinkedRecord>(session.api, `${path}/records`);
      session.answer(person, () => [...personLines(person), ...records.map(recordLine)]);
    },
  );
  withFields(apiCommand(contacts, 'edit <contact>', 'change one person; an empty value clears a field'))
    .option('--email <address>', 'another address')
    .action(async (typed: string, options: PersonOptions) => {
      const session = openSession(options, surroundings);
      const { email } = options;
      const body = { ...bodyOf(options), ...(email === undefined ? {} : { email }) };
      if (Object.keys(body).length === 0) throw usage('say what to change, such as --language de');
      const path = `/v1/contacts/${await findContactId(session.api, typed)}`;
      const changed = await session.api.send<Contact>('PATCH', path, { body });
      session.answer(changed, () => personLines(changed));
    });
}

function withFields(command: Command): Command {
  return withAttributes(
    command
      .option('--first-name <name>', 'first name')
      .option('--last-name <name>', 'last name')
      .option('--title <title>', 'such as Dr.')
      .option('--salutation <words>', 'form of address, such as Frau or informal')
      .option('--language <tag>', 'such as de or en-GB')
      .option('--time-zone <zone>', 'such as Europe/Berlin')
      .option('--newsletter <yes|no>', 'whether the newsletter was ordered')
      .option('--customer <name>', 'the organisation; made when there is none of this name')
      .option('--external-id <id>', 'what another system calls the person'),
  );
}

function bodyOf(options: PersonOptions): Record<string, unknown> {
  const { firstName, lastName, title, salutation, language, timeZone, customer, externalId } = options;
  const attributes = attributesOf(options.attribute);
  return {
    ...givenFields({ firstName, lastName, title, salutation, language, timeZone, customer, externalId }),
    ...(options.newsletter === undefined ? {} : { newsletter: readNewsletter(options.newsletter) }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

function readNewsletter(text: string): boolean | null {
  const known = new Map([
    ['yes', true],
    ['no', false],
    ['', null],
  ]);
  const answer = known.get(text.toLowerCase());
  if (answer === undefined) throw usage(`--newsletter is yes or no (got ${clean(text)})`);
  return answer;
}

function personLines(person: Contact): string[] {
  const { email, firstName, lastName, title, salutation, language, timeZone } = person;
  return [
    ...detailLines({
      address: email,
      name: [title, firstName, lastName].filter(Boolean).join(' ') || null,
      salutation,
      language,
      'time zone': timeZone,
      newsletter: person.newsletter,
      customer: person.customer,
      'external id': person.externalId,
      id: person.id,
    }),
    ...attributeLines(person.attributes),
  ];
}
