import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Image } from './answers.ts';
import type { Api } from './api.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { Failure } from './failure.ts';
import { count } from './numbers.ts';
import { allItems } from './pages.ts';
import { existingFile } from './read-text.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

/** `sluice image …`: pictures that contents show by their names. */
export function addImageCommands(program: Command, surroundings: Surroundings): void {
  const image = program.command('image').description('pictures that mails show: src="image:NAME"');
  apiCommand(image, 'add <file>', 'store a png, jpeg, gif or webp of at most 2 MB')
    .option('--name <name>', 'how contents name it (else the name of the file)')
    .action(async (file: string, options: CommonOptions & { readonly name?: string }) => {
      const session = openSession(options, surroundings);
      const path = existingFile(resolve(surroundings.folder, file));
      const stream = { type: 'application/octet-stream', body: Readable.toWeb(createReadStream(path)) };
      const query = { name: options.name ?? basename(path) };
      const added = await session.api.send<Image>('POST', '/v1/images', { stream, query });
      session.answer(added, () => [
        `${clean(added.name)}: ${added.type}, ${count(added.size)} bytes`,
        `show it: <mj-image src="image:${clean(added.name)}" alt="…" />`,
      ]);
    });
  apiCommand(image, 'list', 'list stored pictures').action(async (options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const images = await allItems<Image>(session.api, '/v1/images');
    session.answer({ items: images, next: null }, () =>
      table(
        images,
        [
          { title: 'NAME', of: ({ name }) => clean(name), gives: true },
          { title: 'TYPE', of: ({ type }) => type },
          { title: 'BYTES', of: ({ size }) => count(size), align: 'right' },
          { title: 'ADDED', of: ({ addedAt }) => addedAt },
        ],
        tableWidth(surroundings),
      ),
    );
  });
  apiCommand(image, 'remove <name>', 'remove a picture that no mail, template or signature shows').action(
    async (name: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const { id } = await findImage(session.api, name);
      const removed = await session.api.send<unknown>('DELETE', `/v1/images/${id}`);
      session.answer(removed, () => [`${clean(name)} is removed.`]);
    },
  );
}

async function findImage(api: Api, name: string): Promise<Image> {
  const found = (await allItems<Image>(api, '/v1/images')).find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Failure(4, `there is no image ${clean(name)}; sluice image list shows them`);
}
