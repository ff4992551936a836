import { Argument, Option, type Command } from 'commander';
import type { Attribute, DeclaredAttribute, List } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';

interface DeclareOptions extends CommonOptions {
  readonly type: string;
  readonly label?: string;
  readonly choices?: string[];
}

const owners = ['contact', 'customer', 'record'];
const types = ['text', 'number', 'date', 'yesNo', 'choice'];

/** `sluice attribute …`: what the values of attributes are. */
export function addAttributeCommands(program: Command, surroundings: Surroundings): void {
  const attribute = program
    .command('attribute')
    .description('types of attributes of contacts, customers and records');
  apiCommand(attribute, 'list', 'what is declared or was found')
    .addOption(new Option('--owner <owner>', 'only those of one of them').choices(owners))
    .action(async (options: CommonOptions & { readonly owner?: string }) => {
      const session = openSession(options, surroundings);
      const list = await session.api.get<List<Attribute>>('/v1/attributes', { owner: options.owner });
      session.answer(list, () =>
        table(
          list.items,
          [
            { title: 'OWNER', of: ({ owner }) => owner },
            { title: 'NAME', of: ({ name }) => clean(name) },
            { title: 'TYPE', of: ({ type, found }) => (found ? `${type} (found)` : type) },
            { title: 'CHOICES', of: ({ choices }) => clean((choices ?? []).join(', ')), gives: true },
            { title: 'LABEL', of: ({ label }) => clean(label ?? '') },
          ],
          tableWidth(surroundings),
        ),
      );
    });
  ownerAndName(
    apiCommand(attribute, 'declare', 'say what the values are; stored ones are converted, or it is refused'),
  )
    .addOption(new Option('--type <type>', 'what its values are').choices(types).makeOptionMandatory())
    .option('--choices <choices...>', 'what a choice can be')
    .option('--label <text>', 'what people call it')
    .action(async (owner: string, name: string, options: DeclareOptions) => {
      const session = openSession(options, surroundings);
      const { type, label, choices } = options;
      const body = {
        type,
        ...(label === undefined ? {} : { label }),
        ...(choices === undefined ? {} : { choices }),
      };
      const done = await session.api.send<DeclaredAttribute>('PUT', pathOf(owner, name), { body });
      session.answer(done, () => [
        `${done.owner} ${clean(done.name)} is ${done.type}; ${plural(done.converted, 'value')} converted`,
      ]);
    });
  ownerAndName(apiCommand(attribute, 'remove', 'forget an attribute that nobody has a value for')).action(
    async (owner: string, name: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      session.answer(await session.api.send('DELETE', pathOf(owner, name)), () => ['Removed.']);
    },
  );
}

function ownerAndName(command: Command): Command {
  return command
    .addArgument(new Argument('<owner>', 'whose').choices(owners))
    .argument('<name>', 'as in templates: contact.attributes.NAME');
}

function pathOf(owner: string, name: string): string {
  return `/v1/attributes/${owner}/${encodeURIComponent(name)}`;
}
