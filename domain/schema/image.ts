import { z } from 'zod';
import { idSchema, instantSchema, listSchema } from './shared.ts';

/** As contents write it behind `image:`. */
export const imageNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'the name of an image has letters, digits, dots, dashes and underscores, at most 100, and begins with a letter or digit',
  )
  .meta({ description: 'As contents name it: `image:logo.png`', example: 'logo.png' });

export const imageSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    type: z.string().meta({ example: 'image/png' }),
    size: z.int().meta({ description: 'Bytes' }),
    sha256: z.string(),
    url: z
      .string()
      .nullable()
      .meta({ description: 'Where everybody can load it; null without SLUICE_PUBLIC_URL' }),
    addedBy: z.string(),
    addedAt: instantSchema,
  })
  .meta({ id: 'Image', description: 'An image that contents show by its name' });

export const imageListSchema = listSchema(imageSchema, 'ImageList');
export type ShownImage = z.infer<typeof imageSchema>;
