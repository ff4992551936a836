import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contactExportQuerySchema } from '../../domain/schema/contact-export.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { contactSheet } from '../export/contact-sheet.ts';
import { writeCsv } from '../export/write-csv.ts';
import { writeXlsx } from '../export/write-xlsx.ts';

const types = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
const delimiters = { comma: ',', semicolon: ';', tab: '\t' } as const;

export const contactExportEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'exportContacts',
    method: 'get',
    path: '/v1/contact-exports',
    role: 'viewer',
    tag: 'Contacts',
    summary: 'All contacts as a CSV file or an Excel workbook',
    description:
      'Made while it is sent, with the columns that an import reads. In CSV a text that a spreadsheet would run as a formula has a single ' +
      'quote in front. A file that breaks off was not made to its end.',
    query: contactExportQuerySchema,
    answers: { 200: { description: 'The file', stream: [types.csv, types.xlsx] } },
    handle: async ({ deps, query: { format, q, delimiter = 'comma', bom } }) => {
      const sheet = await contactSheet(deps.db, q);
      return {
        status: 200,
        headers: {
          'Content-Type': format === 'csv' ? `${types.csv}; charset=utf-8` : types.xlsx,
          'Content-Disposition': `attachment; filename="contacts.${format}"`,
        },
        stream: async (response) => {
          const file =
            format === 'csv'
              ? Readable.from(writeCsv(sheet, { delimiter: delimiters[delimiter], bom }), {
                  objectMode: false,
                })
              : writeXlsx(sheet);
          await pipeline(file, response).catch((error: unknown) => {
            // Whoever asked has gone away: nobody is left to be told.
            if (!isPrematureClose(error)) throw error;
          });
        },
      };
    },
  }),
];

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
