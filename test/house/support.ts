import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variables } from '../../domain/schema/configuration-variables.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of the house: what git keeps, and what is new and not ignored. */
export function houseFiles(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const deleted = new Set(listed(['ls-files', '--deleted', '-z']));
  return listed(args).filter((file) => !deleted.has(file));
}

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Everything that the configuration knows, with NAME_FILE for secrets. */
export const knownVariables: ReadonlySet<string> = new Set(
  Object.entries(variables).flatMap(([name, { secret }]) =>
    secret === true ? [name, `${name}_FILE`] : [name],
  ),
);

function listed(args: readonly string[]): string[] {
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 16_777_216 });
  return output.split('\0').filter((file) => file !== '');
}
