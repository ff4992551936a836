import { z } from 'zod';
import { attributeTypes } from '../attribute.ts';
import { columnKey, columnLimits } from '../csv-columns.ts';
import { readTarget, targetForms, writeTarget, type ImportTarget } from '../import-target.ts';
import { idSchema, instantSchema, listSchema, nameSchema } from './shared.ts';

export const importKindSchema = z.enum(['contacts', 'customers', 'records']);
export type ImportKind = z.output<typeof importKindSchema>;

export const recordKindSchema = z
  .string()
  .min(1)
  .max(columnLimits.columnName)
  .refine((kind) => columnKey(kind) === kind, 'a kind has lower-case letters, digits and _ between them')
  .meta({ description: 'What the records are', example: 'order' });

const datesSchema = z.enum(['ymd', 'dmy', 'mdy']).meta({
  description: 'Which comes first in dates such as 3/4/2026; ISO dates are always read',
});
const decimalSchema = z.enum(['point', 'comma']).meta({ description: 'What stands before decimals' });
const wordsSchema = z.array(z.string().trim().min(1).max(40)).max(20);

const mappedColumnSchema = z
  .strictObject({
    column: z.string().trim().min(1).max(columnLimits.columnName).meta({
      description: 'As written in the header; case, spaces and dashes do not matter',
      example: 'E-Mail-Adresse',
    }),
    to: z
      .string()
      .max(250)
      .refine((to) => readTarget(to) !== null, {
        error: `is nothing that a column can mean; there are ${targetForms}`,
      })
      .meta({ description: 'What it means', example: 'contact.email' }),
    type: z
      .enum([...attributeTypes, 'found'])
      .optional()
      .meta({
        description:
          'Type of an attribute that nobody declared: the import declares it so. `found`: the type that the first 1,000 rows have. Left out: text, not declared',
      }),
    choices: z
      .array(z.string().trim().min(1).max(columnLimits.text))
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'With the type choice' }),
    dates: datesSchema.optional(),
    decimal: decimalSchema.optional(),
    yes: wordsSchema.optional().meta({ description: 'Words that mean yes, besides the usual ones' }),
    no: wordsSchema.optional().meta({ description: 'Words that mean no' }),
    optional: z.boolean().optional().meta({ description: 'True: a file may lack this column' }),
  })
  .meta({ id: 'ImportColumn' });
export type MappedColumn = z.output<typeof mappedColumnSchema>;

export const importMappingSchema = z
  .strictObject({
    columns: z.array(mappedColumnSchema).min(1).max(columnLimits.columns),
    others: z.enum(['refuse', 'ignore', 'attributes']).default('refuse').meta({
      description:
        'Columns that are not named: refuse the file, pass them over, or keep them as text attributes of the contact',
    }),
    dates: datesSchema.optional(),
    decimal: decimalSchema.optional(),
  })
  .meta({ id: 'ImportMapping' });
export type ImportMapping = z.output<typeof importMappingSchema>;

export const importSourceInputSchema = z
  .strictObject({
    kind: importKindSchema.default('contacts'),
    recordKind: recordKindSchema.optional(),
    mapping: importMappingSchema,
  })
  .superRefine(({ kind, recordKind, mapping }, context) => {
    const say = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if ((kind === 'records') !== (recordKind !== undefined))
      say(['recordKind'], 'belongs to a source of records, and such a source needs it');
    for (const [index, fault] of mappingFaults(kind, recordKind ?? '', mapping.columns))
      say(index === null ? ['mapping', 'columns'] : ['mapping', 'columns', index], fault);
    if (mapping.others === 'attributes' && kind !== 'contacts')
      say(['mapping', 'others'], 'attributes of other columns are kept for contacts only; map them');
  })
  .meta({ id: 'ImportSourceInput' });

export const importSourceSchema = z
  .strictObject({
    id: idSchema,
    name: nameSchema,
    kind: importKindSchema,
    recordKind: z.string().nullable(),
    mapping: importMappingSchema,
    createdBy: z.string(),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'ImportSource' });

export const importSourceListSchema = listSchema(importSourceSchema, 'ImportSources');

type Fault = readonly [index: number | null, fault: string];

function mappingFaults(kind: ImportKind, recordKind: string, columns: readonly MappedColumn[]): Fault[] {
  const targets = columns.map(({ to }) => readTarget(to));
  const written = new Set(targets.flatMap((target) => (target === null ? [] : [writeTarget(target)])));
  const twice = (values: readonly string[], index: number): boolean =>
    values.indexOf(values[index] ?? '') < index;
  const keys = columns.map(({ column }) => columnKey(column));
  const faults: Fault[] = [];
  for (const [index, column] of columns.entries()) {
    const target = targets[index] ?? null;
    if (keys[index] === '') faults.push([index, 'the name of the column has no letter or digit']);
    if (twice(keys, index)) faults.push([index, 'this column is mapped already']);
    if (target === null) continue;
    if (
      target.of !== 'nothing' &&
      twice(
        columns.map(({ to }) => to),
        index,
      )
    )
      faults.push([index, `another column means ${column.to} already`]);
    const wrong = columnFault(kind, recordKind, column, target, written);
    if (wrong !== null) faults.push([index, wrong]);
  }
  const needed = neededTargets(kind, recordKind);
  if (!needed.some((target) => written.has(target)))
    faults.push([null, `one column must mean ${needed.join(' or ')}`]);
  return faults;
}

function columnFault(
  kind: ImportKind,
  recordKind: string,
  { type, choices }: MappedColumn,
  target: ImportTarget,
  written: ReadonlySet<string>,
): string | null {
  if (type !== undefined && target.of !== 'attribute') return 'only attributes have a type; leave it out';
  if ((type === 'choice') !== (choices !== undefined))
    return 'the type choice needs choices, and only it has them';
  if (target.of === 'contact' && target.field.startsWith('newsletter') && !written.has('contact.newsletter'))
    return 'says when, how or in which words the newsletter was ordered: a column must mean contact.newsletter';
  const owner = target.of === 'attribute' ? target.owner : target;
  if (owner.of === 'record' && !written.has(`record.${owner.kind}.externalId`))
    return `a column must mean record.${owner.kind}.externalId`;
  if (kind === 'customers' && owner.of === 'contact') return 'a file of customers has no contacts';
  if (kind === 'records') {
    if (owner.of === 'record' && owner.kind !== recordKind)
      return `this file has records of the kind ${recordKind}`;
    const links = ['contact.email', 'contact.externalId', 'customer.name', 'customer.externalId'];
    if ((owner.of === 'contact' || owner.of === 'customer') && !links.includes(writeTarget(target)))
      return `a file of records can only name whom it belongs to: ${links.join(', ')}`;
  }
  return null;
}

function neededTargets(kind: ImportKind, recordKind: string): readonly string[] {
  if (kind === 'contacts') return ['contact.email', 'contact.externalId'];
  if (kind === 'customers') return ['customer.name', 'customer.externalId'];
  return [`record.${recordKind}.externalId`];
}
