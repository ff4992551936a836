import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPreview } from '../../mail/preview.ts';
import { date, mailOf, messageId, readBack, recipient } from './example-mail.ts';

const folder = new URL('fixtures/', import.meta.url);
const templates = readdirSync(folder).filter((name) => name.endsWith('.mjml'));

/** What a reader must find of each template besides the name; what they do not list has nothing special. */
const shown: Readonly<Record<string, readonly RegExp[]>> = {
  'accordion.mjml': [/mj-accordion/, /Because, Anna\./],
  'carousel.mjml': [/mj-carousel/, /c\.png/],
  'case-and-assign.mjml': [/Hallo ANNA/],
  'conditional-section.mjml': [/In Köln/],
  'conditions-in-text.mjml': [/Alaaf Anna, join us/],
  'dark-mode.mjml': [/prefers-color-scheme: dark/, /name="color-scheme"/],
  'default-values.mjml': [/friend &lt;b&gt;none&lt;\/b&gt;\s+Anna/],
  'hero.mjml': [/hero\.jpg/, /Hello Müller/],
  'html-attributes.mjml': [/data-id="42"/],
  'invoice-table.mjml': [/Muster &amp; Söhne/, /1&nbsp;200,00/],
  'links-in-attributes.mjml': [/anna%40example\.org/, /Muster\+%26\+S/, /example\.com\/3\.png/],
  'loop-over-rows.mjml': [/<td>5 of Muster &amp; Söhne<\/td>/],
  'many-sections.mjml': [/Part 59, Anna/],
  'navbar.mjml': [/https:\/\/example\.com\/b/],
  'outlook-comments.mjml': [/<!--\[if mso\]><p style="margin:0">Outlook, Anna<\/p><!\[endif\]-->/],
  'right-to-left.mjml': [/مرحبا Anna/, /direction:rtl/],
  'special-characters.mjml': [/“größer” &lt; ß 日本語 🎉/],
};

describe('MJML of many makes', () => {
  it('is here in at least 25', () => {
    expect(templates.length).toBeGreaterThanOrEqual(25);
  });

  it.each(templates)('%s compiles, is filled and arrives as it was shown', async (name) => {
    const mjml = readFileSync(new URL(name, folder), 'utf8');
    const mail = mailOf({ subject: 'For {{ contact.firstName }}', mjml });
    const preview = await renderPreview({ ...mail, recipient, messageId, date });
    const { html = '', text = '' } = await readBack(Buffer.from(preview.message).toString('latin1'));
    expect(html.trimEnd()).toBe(preview.html?.replaceAll('\r\n', '\n').trimEnd());
    expect(html).toMatch(/Anna|Müller|Muster/);
    expect(text).toMatch(/Anna|Müller|Muster/);
    expect(html).not.toMatch(/\{\{|\{%|zqslot|<mj-/);
    for (const expected of shown[name] ?? []) expect(html).toMatch(expected);
    expect(preview.warnings.filter(({ code }) => code !== 'defaultUsed')).toEqual([]);
  });
});
