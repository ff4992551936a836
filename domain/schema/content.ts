import { z } from 'zod';
import { normaliseAddress } from '../email-address.ts';
import { calendarEntrySchema } from './calendar-entry.ts';

/** One megabyte: what MJML, HTML or text of a mail may have, in UTF-16 units. */
const maxSource = 1_000_000;
const controlCharacter = /\p{Cc}/u;

/**
 * Schemas are as pure as the rest of domain/, so a domain with U-labels is passed through here; whoever stores or sends it brings the real IDNA
 * (`normaliseAddress` with `domainToASCII`) and refuses what has no A-label form.
 */
const addressSchema = z.string().superRefine((text, context) => {
  const check = normaliseAddress(text, placeholderDomain);
  if (!check.ok) context.addIssue({ code: 'custom', message: check.why });
});

function placeholderDomain(domain: string): string {
  return domain.replaceAll(/[^\0-\u007f]/gu, 'x');
}

/** Who a mail is from. */
export const identitySchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .refine((name) => !controlCharacter.test(name), 'a name has no line breaks or control characters')
      .meta({ description: 'The name that recipients see as sender', example: 'IT department' }),
    address: addressSchema.meta({ description: 'The address mails are from', example: 'it@example.com' }),
    replyTo: addressSchema
      .optional()
      .meta({ description: 'Where answers go, when not to the address', example: 'helpdesk@example.com' }),
  })
  .meta({ id: 'Identity', description: 'Who a mail is from' });

/** What a mail says: MJML or HTML with or without a plain text, or plain text alone. */
export const contentSchema = z
  .strictObject({
    subject: z
      .string()
      .min(1)
      .max(500)
      .refine(
        (subject) => !controlCharacter.test(subject),
        'a subject is one line without control characters',
      )
      .meta({
        description: 'Subject with merge fields',
        example: '{{ contact.firstName }}, your client needs a new setting',
      }),
    mjml: z
      .string()
      .min(1)
      .max(maxSource)
      .optional()
      .meta({ description: 'The mail as MJML with merge fields', example: '<mjml>…</mjml>' }),
    html: z.string().min(1).max(maxSource).optional().meta({
      description: 'The mail as HTML with merge fields',
      example: '<p>{{ contact.salutation }}</p>',
    }),
    text: z.string().min(1).max(maxSource).optional().meta({
      description: 'The plain text part; derived from the HTML when not given',
      example: '{{ contact.salutation }}',
    }),
    calendar: calendarEntrySchema.optional().meta({ description: 'An appointment that goes with the mail' }),
    images: z.enum(['embedded', 'hosted']).optional().meta({
      description:
        'Stored images (`image:logo.png`) are in the mail (`embedded`, the default) or loaded from SLUICE_PUBLIC_URL (`hosted`)',
    }),
    wrap: z.literal(true, { error: 'wrap is true or left out' }).optional().meta({
      description: 'The text also goes out as HTML: paragraphs, line breaks and clickable links as typed',
    }),
  })
  .superRefine((content, context) => {
    if (content.mjml !== undefined && content.html !== undefined)
      context.addIssue({ code: 'custom', path: ['html'], message: 'give mjml or html, not both' });
    if (content.wrap === true && (content.mjml !== undefined || content.html !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['wrap'],
        message: 'wrap makes the HTML of a text; give no mjml or html beside it',
      });
    if (content.wrap === true && content.text === undefined)
      context.addIssue({ code: 'custom', path: ['wrap'], message: 'wrap needs a text to make HTML of' });
    if (content.mjml === undefined && content.html === undefined && content.text === undefined)
      context.addIssue({ code: 'custom', message: 'content needs mjml, html or text' });
  })
  .meta({ id: 'Content', description: 'What a mail says' });

/** A closing block, in both forms that a mail has. */
export type Signature = { readonly html: string; readonly text: string };
export type Identity = z.infer<typeof identitySchema>;
export type Content = z.infer<typeof contentSchema>;
