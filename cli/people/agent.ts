import type { Command } from 'commander';
import type { Agent } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from '../command.ts';
import { Failure, usage } from '../failure.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { attributesOf, givenFields, withAttributes } from './attribute-option.ts';
import { attributeLines, detailLines } from './detail-lines.ts';

interface AgentOptions extends CommonOptions {
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly attribute?: string[];
}

const path = '/v1/agents';

/** `sluice agent …`: those of our own side who look after customers. */
export function addAgentCommands(program: Command, surroundings: Surroundings): void {
  const agent = program
    .command('agent')
    .description('those who look after customers (attribute agent of a customer)');
  apiCommand(agent, 'list', 'list agents').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const agents = await allItems<Agent>(session.api, path);
    session.answer({ items: agents, next: null }, () =>
      table(
        agents,
        [
          { title: 'NAME', of: ({ name }) => clean(name), gives: true },
          { title: 'ADDRESS', of: ({ email }) => clean(email ?? '') },
          { title: 'PHONE', of: ({ phone }) => clean(phone ?? '') },
        ],
        tableWidth(surroundings),
      ),
    );
  });
  apiCommand(agent, 'show <agent>', 'one agent; by name or id').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const found = await findAgent(session, typed);
      session.answer(found, () => agentLines(found));
    },
  );
  withFields(apiCommand(agent, 'add <name>', 'make an agent')).action(
    async (name: string, options: AgentOptions) => {
      const session = openSession(options, surroundings);
      const made = await session.api.send<Agent>('POST', path, { body: { ...bodyOf(options), name } });
      session.answer(made, () => [made.id, ...agentLines(made)]);
    },
  );
  withFields(apiCommand(agent, 'edit <agent>', 'change an agent; a new name goes to the customers, too'))
    .option('--name <name>', 'another name')
    .action(async (typed: string, options: AgentOptions) => {
      const session = openSession(options, surroundings);
      const body = { ...bodyOf(options), ...(options.name === undefined ? {} : { name: options.name }) };
      if (Object.keys(body).length === 0) throw usage('say what to change, such as --phone "+39 02 1234"');
      const { id } = await findAgent(session, typed);
      const changed = await session.api.send<Agent>('PATCH', `${path}/${id}`, { body });
      session.answer(changed, () => agentLines(changed));
    });
  apiCommand(agent, 'remove <agent>', 'remove an agent whom no customer names').action(
    async (typed: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findAgent(session, typed);
      session.answer(await session.api.send('DELETE', `${path}/${id}`), () => ['Removed.']);
    },
  );
}

async function findAgent({ api }: Session, typed: string): Promise<Agent> {
  const wanted = typed.trim().normalize('NFC').toLowerCase();
  const agents = await allItems<Agent>(api, path);
  const found = agents.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new Failure(4, `there is no agent ${clean(typed)}; sluice agent list shows them`);
}

function withFields(command: Command): Command {
  return withAttributes(
    command.option('--email <address>', 'address').option('--phone <number>', 'phone number'),
  );
}

function bodyOf({ email, phone, attribute }: AgentOptions): Record<string, unknown> {
  const attributes = attributesOf(attribute);
  return { ...givenFields({ email, phone }), ...(attributes === undefined ? {} : { attributes }) };
}

function agentLines({ id, name, email, phone, attributes }: Agent): string[] {
  return [...detailLines({ name, address: email, phone, id }), ...attributeLines(attributes)];
}
