import { z } from 'zod';
import { rejectSchema } from './contact.ts';
import { importKindSchema, importMappingSchema, recordKindSchema } from './import-source.ts';
import { nameSchema } from './shared.ts';

const count = z.int().min(0);

/** Which sheet of a workbook. */
export const sheetSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .meta({ description: 'Name of the sheet of a workbook; without it the first one that is not hidden' });

export const sourceNameSchema = nameSchema.optional().meta({
  description: 'Name of a source (`/v1/import-sources`): what the columns mean',
  example: 'CRM export',
});

export const importPreviewQuerySchema = z.strictObject({
  source: sourceNameSchema,
  kind: importKindSchema.optional().meta({ description: 'Without a source; contacts when left out' }),
  recordKind: recordKindSchema.optional(),
  sheet: sheetSchema,
});

const columnSchema = z.strictObject({
  column: z.string().meta({ description: 'As written in the header' }),
  to: z.string().meta({ description: 'What it means', example: 'contact.email' }),
  by: z
    .enum(['source', 'name', 'values', 'otherwise'])
    .meta({ description: 'Why: the source says so, its name, its values, or nothing else fitted' }),
  filled: count.meta({ description: 'Rows with a value' }),
  seems: z
    .enum(['email', 'text', 'number', 'date', 'yesNo', 'choice'])
    .meta({ description: 'What the values seem to be' }),
  examples: z.array(z.string()),
});

export const importPreviewSchema = z
  .strictObject({
    kind: importKindSchema,
    recordKind: z.string().nullable(),
    format: z.string().meta({ example: 'CSV with ;' }),
    sheet: z.string().nullable(),
    sheets: z.array(z.string()).meta({ description: 'All sheets of a workbook' }),
    columns: z.array(columnSchema),
    mapping: importMappingSchema.nullable().meta({
      description:
        'To be corrected and saved with PUT /v1/import-sources/{name}; null when the header cannot be read',
    }),
    fault: z.string().nullable().meta({ description: 'Why no row could be imported so; null when rows can' }),
    complete: z.boolean().meta({
      description: 'False: only the beginning was looked at (100,000 rows or 20 million characters)',
    }),
    read: count.meta({
      description: 'Rows looked at; always created + updated + rejected, unless there is a fault',
    }),
    created: count,
    updated: count,
    rejected: count,
    first: z
      .array(
        z.strictObject({
          line: z.int(),
          values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        }),
      )
      .meta({ description: 'The first rows as they would be imported, by what the columns mean' }),
    faults: z.array(rejectSchema).meta({ description: 'The first 100 refused rows' }),
  })
  .meta({ id: 'ImportPreview' });
export type ImportPreview = z.output<typeof importPreviewSchema>;
