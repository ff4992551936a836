import { resolve } from 'node:path';
import type { ContactImport, List, Reject } from '../answers.ts';
import { openSession, type CommonOptions } from '../command.ts';
import { Failure } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { upload } from './upload.ts';

export interface ImportOptions extends CommonOptions {
  readonly source?: string;
  readonly sheet?: string;
}

const shownRejects = 20;

/** Imports a file and says what became of it, and where the rest of the refused rows is. */
export async function importFile(
  file: string,
  options: ImportOptions,
  surroundings: Surroundings,
): Promise<void> {
  const session = openSession(options, surroundings);
  const { source, sheet } = options;
  const path = resolve(surroundings.folder, file);
  const done = await upload<ContactImport>(session.api, '/v1/contact-imports', path, { source, sheet });
  const rejects =
    done.rejected === 0 || session.json
      ? []
      : (
          await session.api.get<List<Reject>>(`/v1/contact-imports/${done.id}/rejects`, {
            limit: shownRejects,
          })
        ).items;
  session.answer(done, () => [
    sayCounts(done),
    ...rejects.map(sayReject),
    ...(rejects.length === 0
      ? []
      : [
          `${done.rejected > rejects.length ? '  … all' : '  all'} of them as a file to mend: sluice import rejects ${done.id} --out refused.csv`,
        ]),
  ]);
  if (done.state === 'failed')
    throw new Failure(
      3,
      `the import failed before the end of the file: ${done.failure ?? 'its log says why'}; import it again`,
    );
}

export function sayReject({ line, column, reason }: Reject): string {
  return `  line ${line}${column === null ? '' : `, ${clean(column)}`}: ${clean(reason)}`;
}

function sayCounts({ read, created, updated, unchanged, rejected }: ContactImport): string {
  const same = unchanged > 0 ? ` (${count(unchanged)} of them unchanged)` : '';
  return `${plural(read, 'row')} read: ${count(created)} new, ${count(updated)} updated${same}, ${count(rejected)} refused`;
}
