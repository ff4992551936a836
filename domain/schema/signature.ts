import { z } from 'zod';
import { idSchema, instantSchema, listSchema, nameSchema } from './shared.ts';

const maxSource = 100_000;
const name = nameSchema.meta({ description: 'Unique, whatever its case', example: 'IT department' });
const html = z.string().min(1).max(maxSource).meta({
  description: 'A piece of HTML with merge fields; no whole page',
  example: '<p>IT department<br><a href="https://it.example.com">it.example.com</a></p>',
});
const text = z.string().min(1).max(maxSource).meta({
  description: 'The same for the plain text part',
  example: 'IT department\nhttps://it.example.com',
});

export const newSignatureSchema = z
  .strictObject({
    name,
    html,
    text: text.optional().meta({ description: 'Derived from the HTML when left out' }),
  })
  .meta({ id: 'NewSignature' });

export const signaturePatchSchema = z
  .strictObject({
    name: name.optional(),
    html: html.optional(),
    text: text.nullable().optional().meta({
      description: 'null: derived from the HTML; left out while the HTML changes: likewise',
    }),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'SignaturePatch', description: 'What is left out stays' });

export const signatureSchema = z
  .strictObject({
    id: idSchema,
    version: z.int().meta({ description: 'Also the ETag' }),
    name: z.string(),
    html: z.string(),
    text: z.string(),
    createdAt: instantSchema,
    createdBy: z.string(),
    updatedAt: instantSchema,
  })
  .meta({ id: 'Signature', description: 'A closing block for many campaigns' });
export const signatureListSchema = listSchema(signatureSchema, 'Signatures');

/** A campaign's signature. */
export const signatureIdSchema = idSchema
  .nullable()
  .meta({ description: 'Id of the signature below the mail, or null; kept as a copy' });

/** The same for a preview, which also takes one that is not kept yet. */
export const signatureInputSchema = z
  .union([idSchema, z.strictObject({ html, text }).meta({ id: 'SignatureSources' }), z.null()])
  .meta({ description: 'Id of a signature, the signature itself, or null' });
