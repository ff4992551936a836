import { z } from 'zod';
import { completeLink } from '../response-link.ts';

const controlCharacter = /\p{Cc}/u;

const labelTextSchema = z
  .string()
  .trim()
  .min(1, 'a label needs a text')
  .max(80, 'a label has at most 80 characters')
  .refine((text) => !controlCharacter.test(text), 'a label has no line breaks or control characters');

const labelSchema = z
  .strictObject({ en: labelTextSchema.optional(), de: labelTextSchema.optional() })
  .refine(
    ({ en, de }) => en !== undefined || de !== undefined,
    'give the label in English (en) or German (de)',
  )
  .meta({ description: 'What the button says, by language', example: { en: 'Call me', de: 'Ruft mich an' } });

const linkNameSchema = z
  .string()
  .max(40, 'a link has a name of at most 40 characters')
  .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'a link has a name of letters and digits, beginning with a letter')
  .meta({ description: 'As in {{ links.NAME }}', example: 'callMe' });

/** Links as a caller declares them; what is left out is filled in. */
export const responseLinksSchema = z
  .array(
    z
      .strictObject({
        name: linkNameSchema,
        label: labelSchema,
        opens: z.boolean().optional().meta({
          description:
            'True: the answer is open until somebody handles it (so it is unless said otherwise, but for `done`). False: it only says something',
        }),
      })
      .transform(completeLink)
      .meta({ id: 'ResponseLinkInput' }),
  )
  .max(20, 'a campaign has at most 20 response links')
  .superRefine((links, context) => {
    for (const [index, { name }] of links.entries())
      if (links.findIndex((other) => other.name === name) < index)
        context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is declared twice` });
  })
  .meta({
    description: 'Own links for {{ links.NAME }}; `done` and `needHelp` are there without being declared',
    example: [{ name: 'callMe', label: { en: 'Call me', de: 'Ruft mich an' } }],
  });

/** Links as answers carry them. */
export const responseLinkSchema = z
  .strictObject({
    name: z.string(),
    label: z.strictObject({ en: z.string().optional(), de: z.string().optional() }),
    opens: z.boolean(),
  })
  .meta({ id: 'ResponseLink', description: 'A link in the mail by which a recipient answers' });
