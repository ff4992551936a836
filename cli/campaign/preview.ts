import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ShownImage } from '../../domain/schema/image.ts';
import type { Campaign, OddCase, Preview } from '../answers.ts';
import { findBrowser } from '../browser.ts';
import { apiCommand, openSession, type CommonOptions, type Session } from '../command.ts';
import { usage } from '../failure.ts';
import { takePictures } from '../mail-picture.ts';
import { count } from '../numbers.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';

interface PreviewOptions extends CommonOptions {
  readonly as?: string;
  readonly odd?: boolean;
  readonly after?: string;
  readonly html?: string;
  readonly png?: string;
  readonly browser?: string;
}

/** preview: the mail as somebody gets it, before anybody does. `sluice preview` and `sluice campaign preview` are the same. */
export function addPreviewCommand(parent: Command, surroundings: Surroundings): void {
  apiCommand(
    parent,
    'preview <id>',
    'the mail of a campaign as one person gets it: subject, text part, warnings, pictures',
  )
    .option('--as <address>', 'as this contact gets it (else values that are missing are marked)')
    .option(
      '--odd',
      'as the first recipient whose mail is out of the ordinary gets it: a value is missing, a default is taken …',
    )
    .option('--after <address>', 'with --odd: the next such recipient after this one')
    .option('--html <path>', 'also write the HTML part into this file')
    .option('--png <path>', 'also draw it in a real browser: PATH-desktop.png and PATH-phone.png')
    .option('--browser <path>', 'with --png: the program of Chromium or Chrome (else the one on the PATH)')
    .action(async (typed: string, options: PreviewOptions) => preview(typed, options, surroundings));
}

async function preview(typed: string, options: PreviewOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  if (options.odd === true && options.as !== undefined) throw usage('give --as or --odd, not both');
  if (options.after !== undefined && options.odd !== true) throw usage('--after belongs to --odd');
  // Before anything is asked: who has no browser shall not wait for it.
  const browser = options.png === undefined ? null : findBrowser(options.browser, surroundings);
  const id = await findCampaignId(session.api, typed);
  const campaign = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
  const person = await personOf(session, id, options);
  if (person.nobody)
    return session.answer({ item: null }, () => ['No further recipient is out of the ordinary.']);
  const mail = await renderFor(session, campaign, person.contactId);
  if (options.html !== undefined && mail.html !== null)
    writeFileSync(resolve(surroundings.folder, options.html), mail.html);
  const pictures = browser === null ? [] : await drawMail(mail, options, surroundings, browser, session);
  session.answer(mail, () => [...person.lines, ...mailLines(campaign, mail), ...pictures]);
}

async function renderFor({ api }: Session, campaign: Campaign, contactId: string | null): Promise<Preview> {
  const { id, content, identity, name, responseLinks, signature } = campaign;
  const person = contactId === null ? {} : { contactId };
  return api.send<Preview>('POST', '/v1/previews', {
    body: {
      content,
      identity,
      campaignId: id,
      campaignName: name,
      responseLinks,
      signature: signature && { html: signature.html, text: signature.text },
      ...person,
    },
  });
}

interface Person {
  readonly contactId: string | null;
  readonly nobody: boolean;
  readonly lines: readonly string[];
}

async function personOf(
  session: Session,
  campaignId: string,
  { as, odd, after }: PreviewOptions,
): Promise<Person> {
  if (odd !== true) {
    const contactId = as === undefined ? null : await findContactId(session.api, as);
    return { contactId, nobody: false, lines: [] };
  }
  const query = after === undefined ? '' : `?after=${await findContactId(session.api, after)}`;
  const { item } = await session.api.get<{ item: OddCase | null }>(
    `/v1/campaigns/${campaignId}/odd-cases${query}`,
  );
  if (item === null) return { contactId: null, nobody: true, lines: [] };
  const lines = [`To: ${clean(item.email)}`, ...item.oddities.map(({ text }) => `? ${clean(text)}`)];
  return { contactId: item.contactId, nobody: false, lines };
}

function mailLines({ identity }: Campaign, mail: Preview): string[] {
  return [
    `Subject: ${clean(mail.subject)}`,
    `From: ${clean(identity.name)} <${clean(identity.address)}>`,
    `Size: ${count(mail.sizeBytes)} bytes`,
    ...mail.warnings.map(({ text }) => `! ${clean(text)}`),
    '',
    ...(mail.text ?? '(no text part)').split(/\r?\n/).map(clean),
  ];
}

async function drawMail(
  mail: Preview,
  { png = '' }: PreviewOptions,
  { folder, env }: Surroundings,
  browser: string,
  { api }: Session,
): Promise<string[]> {
  if (mail.html === null) return ['', 'no picture: the mail has no HTML part'];
  const base = png.replace(/\.png$/i, '');
  const files = {
    desktop: resolve(folder, `${base}-desktop.png`),
    phone: resolve(folder, `${base}-phone.png`),
  };
  const html = await withImages(mail.html, api);
  const refused = await takePictures({ html, browser, env, files, allowed: [`${api.url}/`] });
  return [
    '',
    `pictures: ${base}-desktop.png (800 wide), ${base}-phone.png (390 wide)`,
    ...refused.map((url) => `! not loaded in the pictures: ${clean(url)}`),
  ];
}

/** As `contentIdOf` in mail/mail-image.ts makes them. */
const inMail = /\bcid:([0-9a-f]{32})@[a-z0-9.-]+/gi;

/** The images that are in the mail by their addresses at the API, where a browser finds the same bytes. */
async function withImages(html: string, api: Session['api']): Promise<string> {
  if (html.search(inMail) < 0) return html;
  const images = await allItems<ShownImage>(api, '/v1/images');
  return html.replaceAll(inMail, (address: string, start: string) => {
    const image = images.find(({ sha256 }) => sha256.startsWith(start));
    if (image === undefined) return address;
    return `${api.url}/i/${image.sha256}.${image.type.replace('image/', '').replace('jpeg', 'jpg')}`;
  });
}
