import { z } from 'zod';
import { contactSchema } from './contact.ts';
import { filterInputSchema, filterSchema } from './filter.ts';
import { idSchema, instantSchema, listSchema, nameSchema, reasonSchema } from './shared.ts';

export const newWorkListSchema = z
  .strictObject({
    name: nameSchema.meta({ example: 'Customers of Rossi, autumn' }),
    filter: filterInputSchema.optional(),
    reason: reasonSchema,
  })
  .meta({ id: 'NewWorkList', description: 'With a filter, filled at once with everybody for whom it holds' });

/** Adding or removing everybody for whom a filter holds. */
export const workListAdditionsSchema = z
  .strictObject({
    filter: filterInputSchema,
    includeRemoved: z
      .boolean()
      .default(false)
      .meta({ description: 'Add those, too, whom a person has taken out of this list before' }),
    reason: reasonSchema,
  })
  .meta({ id: 'WorkListAdditions' });
export const workListRemovalsSchema = z
  .strictObject({ filter: filterInputSchema, reason: reasonSchema })
  .meta({ id: 'WorkListRemovals' });

export const workListActSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'WorkListAct' });

export const workListSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    version: z.int().meta({ description: 'Also the ETag' }),
    size: z.int().min(0).meta({ description: 'How many people are in it' }),
    filter: filterSchema.nullable().meta({ description: 'What it was made from; null: made by hand' }),
    frozenAt: instantSchema.nullable().meta({ description: 'Since then nobody can change it' }),
    frozenBy: z.string().nullable(),
    createdAt: instantSchema,
    createdBy: z.string(),
    updatedAt: instantSchema,
  })
  .meta({ id: 'WorkList' });
export type WorkListView = z.output<typeof workListSchema>;

export const workListListSchema = listSchema(workListSchema, 'WorkLists');

/** What a change came to. */
export const workListChangedSchema = z
  .strictObject({
    changed: z.int().min(0).meta({ description: 'People added or removed' }),
    workList: workListSchema,
  })
  .meta({ id: 'WorkListChanged' });

export const workListContactsSchema = listSchema(
  z.strictObject({
    contact: contactSchema,
    byHand: z.boolean().meta({ description: 'Added by a person, not by a filter' }),
    addedBy: z.string(),
    addedAt: instantSchema,
  }),
  'WorkListContacts',
);

const workListChangeSchema = z
  .strictObject({
    id: z.int(),
    at: instantSchema,
    by: z.string(),
    action: z.enum(['create', 'add', 'remove', 'freeze']),
    contactId: idSchema
      .nullable()
      .meta({ description: 'Null: an act on many people, or on the list itself' }),
    detail: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'The filter and how many it changed; of a person removed, who had added them and when',
    }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'WorkListChange' });

export const workListChangesSchema = listSchema(workListChangeSchema, 'WorkListChanges');
