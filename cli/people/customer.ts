import type { Command } from 'commander';
import type { Contact, Customer, LinkedRecord, List } from '../answers.ts';
import type { Api } from '../api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { Failure, usage } from '../failure.ts';
import { plural } from '../numbers.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { attributesOf, givenFields, withAttributes } from './attribute-option.ts';
import { attributeLines, detailLines } from './detail-lines.ts';
import { recordLine } from './record-line.ts';

interface CustomerOptions extends CommonOptions {
  readonly name?: string;
  readonly externalId?: string;
  readonly attribute?: string[];
}

interface ListOptions extends CommonOptions {
  readonly search?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

const path = '/v1/customers';

/** `sluice customer …`: organisations that contacts belong to. */
export function addCustomerCommands(program: Command, surroundings: Surroundings): void {
  const customer = program.command('customer').description('organisations that contacts belong to');
  apiCommand(customer, 'list', 'list customers')
    .option('--search <text>', 'only those whose name or external id begins with it')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: ListOptions) => listCustomers(options, surroundings));
  apiCommand(
    customer,
    'show <customer>',
    'one customer with its people and records; by name, external id or id',
  ).action(async (typed: string, options: CommonOptions) => showCustomer(typed, options, surroundings));
  withFields(apiCommand(customer, 'add <name>', 'make a customer')).action(
    async (name: string, options: CustomerOptions) => {
      const session = openSession(options, surroundings);
      const made = await session.api.send<Customer>('POST', path, { body: { ...bodyOf(options), name } });
      session.answer(made, () => [made.id, ...customerLines(made)]);
    },
  );
  withFields(apiCommand(customer, 'edit <customer>', 'change a customer; an empty value clears'))
    .option('--name <name>', 'another name')
    .action(async (typed: string, options: CustomerOptions) => {
      const session = openSession(options, surroundings);
      const body = { ...bodyOf(options), ...(options.name === undefined ? {} : { name: options.name }) };
      if (Object.keys(body).length === 0) throw usage('say what to change, such as --attribute category=A');
      const { id } = await findCustomer(session.api, typed);
      const changed = await session.api.send<Customer>('PATCH', `${path}/${id}`, { body });
      session.answer(changed, () => customerLines(changed));
    });
  apiCommand(customer, 'remove <customer>', 'remove a customer without people, records and history').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findCustomer(session.api, typed);
      session.answer(await session.api.send('DELETE', `${path}/${id}`), () => ['Removed.']);
    },
  );
}

/** The customer of that id, name or external id. */
export async function findCustomer(api: Api, typed: string): Promise<Customer> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(typed))
    return api.get<Customer>(`${path}/${typed.toLowerCase()}`);
  const wanted = typed.trim().normalize('NFC');
  const found = await allItems<Customer>(api, path, { q: wanted });
  const same = (text: string | null): boolean => text?.toLowerCase() === wanted.toLowerCase();
  const exact =
    found.find(({ name }) => name === wanted) ??
    found.find(({ name, externalId }) => same(name) || externalId === wanted);
  if (exact !== undefined) return exact;
  throw new Failure(
    4,
    `there is no customer ${clean(typed)}; sluice customer list --search shows who there is`,
  );
}

async function listCustomers(options: ListOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const { search, limit, cursor } = options;
  const list = await session.api.get<List<Customer>>(path, { q: search, limit, cursor });
  session.answer(list, () => [
    ...table(
      list.items,
      [
        { title: 'NAME', of: ({ name }) => clean(name), gives: true },
        { title: 'EXTERNAL ID', of: ({ externalId }) => clean(externalId ?? '') },
        { title: 'AGENT', of: ({ attributes }) => clean(String(attributes['agent'] ?? '')) },
        { title: 'ID', of: ({ id }) => id },
      ],
      tableWidth(surroundings),
    ),
    ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
  ]);
}

async function showCustomer(
  typed: string,
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<void> {
  const session = openSession(options, surroundings);
  const customer = await findCustomer(session.api, typed);
  if (session.json) return session.answer(customer, () => []);
  const people = await session.api.get<List<Contact>>(`${path}/${customer.id}/contacts`, { limit: 20 });
  const records = await allItems<LinkedRecord>(session.api, `${path}/${customer.id}/records`);
  session.say(
    ...customerLines(customer),
    plural(people.items.length, 'contact') + (people.next === null ? '' : ', and more'),
    ...people.items.map(({ email }) => `  ${clean(email)}`),
    ...records.map(recordLine),
  );
}

function withFields(command: Command): Command {
  return withAttributes(command.option('--external-id <id>', 'what another system calls it'));
}

function bodyOf({ externalId, attribute }: CustomerOptions): Record<string, unknown> {
  const attributes = attributesOf(attribute);
  return { ...givenFields({ externalId }), ...(attributes === undefined ? {} : { attributes }) };
}

function customerLines({ id, name, externalId, attributes }: Customer): string[] {
  return [...detailLines({ name, 'external id': externalId, id }), ...attributeLines(attributes)];
}
