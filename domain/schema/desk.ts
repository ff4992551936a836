import { z } from 'zod';
import { windowsSchema } from './calendar.ts';
import { idSchema, instantSchema, listSchema, nameSchema } from './shared.ts';
import { timeZoneSchema } from './time-zone.ts';

const workingHours = windowsSchema.meta({
  description: 'When the team works, in its time zone. None: always',
  example: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }],
});

const maxCapacity = 100_000;
const capacityRefusal = ({ input }: { input?: unknown }): string =>
  typeof input === 'number'
    ? `a capacity must be a whole number from 1 to ${maxCapacity} (got ${input}); to send nothing, pause the campaign`
    : `a capacity must be a whole number from 1 to ${maxCapacity}`;

/** How many responses may be open at once. */
const openCapacitySchema = z
  .int({ error: capacityRefusal })
  .min(1, { error: capacityRefusal })
  .max(maxCapacity, { error: capacityRefusal })
  .meta({ description: 'How many responses may be open at once', example: 30 });

const deskName = nameSchema.meta({ description: 'Unique, whatever its case', example: 'Helpdesk' });

export const newDeskSchema = z
  .strictObject({
    name: deskName,
    capacity: openCapacitySchema,
    timeZone: timeZoneSchema.default('UTC'),
    windows: workingHours.default([]),
  })
  .meta({ id: 'NewDesk' });

export const deskPatchSchema = z
  .strictObject({
    name: deskName.optional(),
    capacity: openCapacitySchema.optional(),
    timeZone: timeZoneSchema.optional(),
    windows: workingHours.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'DeskPatch', description: 'What is left out stays' });

export const deskSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    capacity: z.int(),
    open: z.int().min(0).meta({ description: 'Responses open now, of all campaigns that feed the desk' }),
    timeZone: z.string(),
    windows: windowsSchema,
    createdAt: instantSchema,
    createdBy: z.string(),
    updatedAt: instantSchema,
  })
  .meta({ id: 'Desk', description: 'A team that handles the responses of one or several campaigns' });

export const deskListSchema = listSchema(deskSchema, 'DeskList');
