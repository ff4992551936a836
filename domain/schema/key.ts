import { z } from 'zod';
import { idSchema, instantSchema, nameSchema } from './shared.ts';

/** Lowest first: each may do all that the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

const roleSchema = z.enum(roles).meta({
  id: 'Role',
  description: 'viewer reads, operator also controls campaigns, admin also keys and the main gate',
});

export const newKeySchema = z
  .strictObject({
    name: nameSchema.meta({
      description: 'Whose key it is; shown as `by` in histories',
      example: 'Anna, IT',
    }),
    role: roleSchema,
  })
  .meta({ id: 'NewKey' });

export const keySchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    role: roleSchema,
    createdAt: instantSchema,
    revokedAt: instantSchema.nullable().meta({ description: 'Since when it is no longer accepted' }),
  })
  .meta({ id: 'Key' });

export const createdKeySchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    role: roleSchema,
    key: z.string().meta({ description: 'The key itself: shown only this once', example: 'slk_…' }),
  })
  .meta({ id: 'CreatedKey' });
