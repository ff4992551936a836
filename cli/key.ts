import { Option, type Command } from 'commander';
import type { ApiKey, CreatedKey } from './answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { allItems } from './pages.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface CreateOptions extends CommonOptions {
  readonly role: ApiKey['role'];
}

/** `sluice key …`: who may use the API. Needs an admin's key. */
export function addKeyCommands(program: Command, surroundings: Surroundings): void {
  const key = program.command('key').description('API keys (needs an admin key)');
  apiCommand(key, 'create <name>', 'make a key; it is shown only this once')
    .addOption(
      new Option(
        '--role <role>',
        'viewer reads, operator also controls campaigns, admin also keys and the main gate',
      )
        .choices(['viewer', 'operator', 'admin'])
        .makeOptionMandatory(),
    )
    .action(async (name: string, options: CreateOptions) => createKey(name, options, surroundings));
  apiCommand(key, 'list', 'list keys').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const keys = await allItems<ApiKey>(session.api, '/v1/keys');
    session.answer({ items: keys, next: null }, () =>
      table(
        keys,
        [
          { title: 'ID', of: ({ id }) => id },
          { title: 'NAME', of: ({ name }) => clean(name), gives: true },
          { title: 'ROLE', of: ({ role }) => role },
          { title: 'SINCE', of: ({ createdAt }) => createdAt },
          { title: 'REVOKED', of: ({ revokedAt }) => revokedAt ?? '—' },
        ],
        tableWidth(surroundings),
      ),
    );
  });
  apiCommand(key, 'revoke <id>', 'take a key out of use, at once and for good').action(
    async (id: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const revoked = await session.api.send<unknown>('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
      session.answer(revoked, () => ['Revoked.']);
    },
  );
}

async function createKey(name: string, options: CreateOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const body = { name, role: options.role };
  const made = await session.api.send<CreatedKey>('POST', '/v1/keys', { body });
  session.answer(made, () => [
    made.key,
    `This is the key of "${clean(made.name)}" (${made.role}); it is not shown again. Id: ${made.id}`,
  ]);
}
