import { z } from 'zod';
import { idSchema, instantSchema, listSchema } from './shared.ts';

export const documentSchema = z
  .strictObject({
    id: idSchema,
    title: z.string().meta({
      description:
        'The name, in the folder with its subfolders; other bytes under one title are its versions',
      example: 'prices/Price list.pdf',
    }),
    version: z.int().min(1),
    name: z.string().meta({ description: 'What recipients see', example: 'Price list.pdf' }),
    type: z.string().meta({ example: 'application/pdf' }),
    size: z.int().meta({ description: 'Bytes' }),
    sha256: z.string().meta({ description: 'In hexadecimal; the same bytes are the same document' }),
    origin: z.enum(['folder', 'upload']),
    path: z.string().nullable().meta({ description: 'Below the documents folder; null for an upload' }),
    addedAt: instantSchema,
    addedBy: z.string(),
    removedAt: instantSchema.nullable().meta({
      description: 'When it was taken out of the folder or withdrawn: no campaign can start with it',
    }),
    removedBy: z.string().nullable().meta({ description: '`folder`, or who withdrew it' }),
  })
  .meta({ id: 'Document', description: 'A file that goes out with mails, known by its SHA-256' });

export const documentListSchema = listSchema(documentSchema, 'DocumentList');

export const documentFaultSchema = z
  .strictObject({
    path: z.string().meta({
      description:
        'Below the documents folder, with invisible characters written out; `.` is the folder itself',
      example: 'prices/offer.pdf',
    }),
    reason: z.string(),
    seenAt: instantSchema,
  })
  .meta({ id: 'DocumentFault', description: 'A file of the documents folder that is no document, and why' });

export const documentFaultListSchema = listSchema(documentFaultSchema, 'DocumentFaultList');
