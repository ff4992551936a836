import { readImportSource } from '../../db/import-sources.ts';
import { importPreviewQuerySchema, importPreviewSchema } from '../../domain/schema/import-preview.ts';
import { refuse } from '../check-input.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { tableTypes, withTable } from '../import/open-table.ts';
import { previewFile } from '../import/preview-file.ts';
import { unknownSource } from '../import/unknown-source.ts';

export const importPreviewEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'previewImport',
    method: 'post',
    path: '/v1/import-previews',
    role: 'operator',
    tag: 'Imports',
    summary: 'What an import of a file would do; imports nothing',
    description:
      'Suggests what the columns mean (by their names in English, German, Italian, French and Spanish, and by their values), or uses ' +
      'the mapping of `source`; shows the first rows as they would be imported, counts, and refused rows with line and column. ' +
      'At most 100,000 rows or 20 million characters are looked at.',
    query: importPreviewQuerySchema,
    stream: tableTypes,
    answers: { 200: { description: 'What would happen', schema: importPreviewSchema } },
    problems: ['fileRefused'],
    handle: async ({ deps, query, request }) => {
      const { source: name, sheet } = query;
      const source = name === undefined ? null : await readImportSource(deps.db, name);
      if (name !== undefined && source === null) throw unknownSource(name);
      const about = source ?? aboutOf(query);
      const body = await withTable(request, sheet, (file) => previewFile(deps.db, file, about));
      return { status: 200, body };
    },
  }),
];

function aboutOf({
  kind = 'contacts',
  recordKind,
}: {
  readonly kind?: 'contacts' | 'customers' | 'records' | undefined;
  readonly recordKind?: string | undefined;
}) {
  if ((kind === 'records') !== (recordKind !== undefined))
    throw refuse('invalidQuery', [
      {
        pointer: '/recordKind',
        detail: 'belongs to kind=records, which needs it: what are the records, such as order?',
      },
    ]);
  return { kind, recordKind: recordKind ?? null };
}
