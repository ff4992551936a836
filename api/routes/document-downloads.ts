import type { Response } from 'express';
import { z } from 'zod';
import { readDocument } from '../../db/documents.ts';
import { readLinkSecret } from '../../db/signing-secret.ts';
import { pageLanguage, type PageLanguage } from '../../domain/response-link.ts';
import { readDocumentLink } from '../../mail/document-link.ts';
import { documentMediaTypes, sendDocument } from '../documents/send-document.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { renderPlainPage } from '../plain-page.ts';

export const documentDownloadEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'downloadDocument',
    method: 'get',
    path: '/d/{token}',
    role: null,
    limited: true,
    tag: 'Document downloads',
    summary: 'The document behind a link in a mail; following it is counted nowhere',
    params: z.strictObject({ token: z.string().meta({ description: 'As it stands in the mail' }) }),
    answers: {
      200: { description: 'The file', stream: documentMediaTypes },
      404: { description: 'A page that says that the link does not work', stream: 'text/html' },
      410: { description: 'A page that says that the link has ended', stream: 'text/html' },
    },
    handle: async ({ deps: { db }, params: { token }, request }) => {
      const language = pageLanguage(null, request.headers['accept-language']);
      const target = readDocumentLink(await readLinkSecret(db), token);
      const document = target === null ? null : await readDocument(db, target.documentId);
      if (target === null || document === null) return { status: 404, ...pageOf(language, 'unknown') };
      if (target.expiresAt <= Date.now()) return { status: 410, ...pageOf(language, 'ended') };
      return sendDocument(db, document);
    },
  }),
];

function pageOf(language: PageLanguage, kind: keyof (typeof words)['en']) {
  const { html, headers } = renderPlainPage({ language, ...words[language][kind] });
  const stream = async (response: Response): Promise<void> => {
    response.end(html);
  };
  return { headers, stream } as const;
}

/** They name nobody and no file: who has found a link learns nothing by it. */
const words = {
  en: {
    unknown: {
      title: 'This link does not work',
      text: 'Please open it from the mail once more, as a whole, or simply reply to the mail.',
    },
    ended: {
      title: 'This link has ended',
      text: 'The file could be fetched for a limited time. Please reply to the mail to get it again.',
    },
  },
  de: {
    unknown: {
      title: 'Dieser Link funktioniert nicht',
      text: 'Bitte öffnen Sie ihn noch einmal vollständig aus der Mail, oder antworten Sie einfach auf die Mail.',
    },
    ended: {
      title: 'Dieser Link ist abgelaufen',
      text: 'Die Datei konnte nur für begrenzte Zeit geholt werden. Antworten Sie bitte auf die Mail, um sie noch einmal zu bekommen.',
    },
  },
} as const;
