import { z } from 'zod';
import { searchSchema } from './person-text.ts';
import { flagSchema } from './shared.ts';

export const contactExportQuerySchema = z
  .strictObject({
    format: z.enum(['csv', 'xlsx']).default('csv'),
    q: searchSchema.meta({ description: 'Only those whom GET /v1/contacts finds with it' }),
    delimiter: z
      .enum(['comma', 'semicolon', 'tab'])
      .optional()
      .meta({ description: 'Between the cells of a CSV file; comma when left out' }),
    bom: flagSchema.meta({
      description: 'true: a byte order mark in front of a CSV file, by which Excel sees UTF-8',
    }),
  })
  .refine(({ format, delimiter, bom }) => format === 'csv' || (delimiter === undefined && !bom), {
    path: ['format'],
    error: 'delimiter and bom are of CSV files; leave them out for xlsx',
  });
