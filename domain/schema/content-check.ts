import { z } from 'zod';
import { idSchema, listSchema, pagingFields } from './shared.ts';

const codes = [
  'mergeValueMissing',
  'unsafeHeaderValue',
  'unsafeLink',
  'renderFailed',
  'defaultUsed',
  'noName',
  'longValue',
  'rightToLeft',
] as const;
const codeSchema = z.enum(codes).meta({ id: 'OddityCode' });

const oddityFields = {
  code: codeSchema,
  field: z
    .string()
    .nullable()
    .meta({ description: 'The merge field that it is about', example: 'contact.firstName' }),
  skips: z.boolean().meta({ description: 'True: such recipients would be skipped' }),
  text: z.string(),
} as const;

const oddCaseSchema = z
  .strictObject({
    contactId: idSchema,
    email: z.string(),
    oddities: z.array(z.strictObject(oddityFields)),
  })
  .meta({ id: 'OddCase', description: 'A recipient whose mail is out of the ordinary, and why' });
export type OddCase = z.output<typeof oddCaseSchema>;

export const oddCaseQuerySchema = z.strictObject({
  after: idSchema.optional().meta({ description: 'The contact of the odd case before' }),
});

export const nextOddCaseSchema = z
  .strictObject({ item: oddCaseSchema.nullable().meta({ description: 'Null: there is no further one' }) })
  .meta({ id: 'NextOddCase' });

export const contentCheckSchema = z
  .strictObject({
    recipients: z.int().meta({ description: 'Everybody whom the campaign means, each looked at' }),
    skipped: z
      .int()
      .meta({ description: 'Of them, those who would be skipped because their mail cannot be filled' }),
    findings: z.array(z.strictObject({ ...oddityFields, count: z.int() })),
    warnings: z.array(z.strictObject({ code: z.string(), field: z.string().nullable(), text: z.string() })),
  })
  .meta({ id: 'ContentCheck', description: 'What a campaign would come to, found before its start' });
export type ContentCheck = z.output<typeof contentCheckSchema>;

export const checkedPeopleQuerySchema = z.strictObject({
  ...pagingFields,
  code: codeSchema,
  field: z.string().max(300).optional(),
});

export const checkedPeopleSchema = listSchema(
  z.strictObject({ contactId: idSchema, email: z.string() }).meta({ id: 'CheckedPerson' }),
  'CheckedPeople',
);
