import { z } from 'zod';
import { contentSchema } from './content.ts';
import { idSchema, instantSchema, listSchema, nameSchema } from './shared.ts';

const templateName = nameSchema.meta({
  description: 'Unique among those that are not archived, whatever its case',
  example: 'Monthly newsletter',
});
const numberSchema = z.int().min(1).max(1_000_000).meta({ description: 'Counts from 1', example: 3 });

export const newTemplateSchema = z
  .strictObject({ name: templateName, content: contentSchema })
  .meta({ id: 'NewTemplate' });

export const templatePatchSchema = z
  .strictObject({
    name: templateName.optional(),
    content: contentSchema.optional().meta({ description: 'The draft; versions never change' }),
    archived: z
      .literal(false, { error: 'archived can only be set to false; DELETE archives' })
      .optional()
      .meta({ description: 'Brings an archived template back' }),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'TemplatePatch', description: 'What is left out stays' });

const versionFields = { number: numberSchema, createdAt: instantSchema, createdBy: z.string() } as const;

export const templateSchema = z
  .strictObject({
    id: idSchema,
    version: z.int().meta({ description: 'Counts changes of the draft; also the ETag' }),
    name: z.string(),
    content: contentSchema.meta({ description: 'The draft' }),
    newest: z
      .strictObject({
        ...versionFields,
        isDraft: z.boolean().meta({ description: 'The draft says the same' }),
      })
      .nullable()
      .meta({ description: 'The newest version, which campaigns are made with; null: there is none yet' }),
    archivedAt: instantSchema.nullable(),
    archivedBy: z.string().nullable(),
    createdAt: instantSchema,
    createdBy: z.string(),
    updatedAt: instantSchema,
  })
  .meta({
    id: 'Template',
    description: 'A content that campaigns are made with: a draft and its frozen versions',
  });
export const templateListSchema = listSchema(templateSchema, 'Templates');

export const templateVersionSchema = z
  .strictObject({ ...versionFields, id: idSchema, content: contentSchema })
  .meta({ id: 'TemplateVersion', description: 'A template as it was frozen; it never changes' });
export const templateVersionListSchema = listSchema(templateVersionSchema, 'TemplateVersions');

/** `3` in a path. */
export const versionNumberSchema = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number)
  .meta({
    description: 'Number of a version',
    example: 3,
    override: { type: 'integer', minimum: 1, pattern: undefined },
  });

/** What a mail says, given in the body or by a template. */
export const contentInputSchema = z
  .union([
    contentSchema,
    z
      .strictObject({
        template: idSchema.meta({ description: 'Id of a template' }),
        version: numberSchema.optional().meta({ description: 'The newest when left out' }),
      })
      .meta({ id: 'ContentOfTemplate' }),
  ])
  .meta({ description: 'What a mail says, or the template that says it; kept as a copy' });
export type ContentInput = z.output<typeof contentInputSchema>;
