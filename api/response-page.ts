import type { PageLanguage } from '../domain/response-link.ts';
import { escapeHtml, renderPlainPage } from './plain-page.ts';

/** What a person who followed a response link sees. */
export type ResponsePage = { readonly language: PageLanguage } & (
  | { readonly kind: 'question'; readonly sender: string; readonly label: string }
  | { readonly kind: 'thanks'; readonly sender: string; readonly label: string }
  | { readonly kind: 'answered'; readonly sender: string }
  | { readonly kind: 'test'; readonly sender: string }
  | { readonly kind: 'unknown' }
);

/**
 * The page as HTML with its headers. Nothing on it comes from elsewhere, nothing runs, nobody is named but the sender,
 * and it must not be framed or indexed. Only its button, a POST, says anything.
 */
export function renderResponsePage(page: ResponsePage): { html: string; headers: Record<string, string> } {
  const { title, text } = words[page.language][page.kind](page);
  const button =
    page.kind === 'question' ? `<form method="post"><button>${escapeHtml(page.label)}</button></form>` : '';
  return renderPlainPage({ language: page.language, title, text, button });
}

interface Words {
  readonly title: string;
  readonly text: string;
}
type WordsOf = { readonly [K in ResponsePage['kind']]: (page: ResponsePage) => Words };

const senderOf = (page: ResponsePage): string => ('sender' in page ? page.sender : '');

const words: Readonly<Record<PageLanguage, WordsOf>> = {
  en: {
    question: (page) => ({
      title: 'Your answer',
      text: `Press the button to tell ${senderOf(page)}. Nothing is sent before you do.`,
    }),
    thanks: (page) => ({
      title: 'Thank you',
      text: `${senderOf(page)} has your answer. You may close this page.`,
    }),
    answered: (page) => ({
      title: 'Thank you',
      text: `${senderOf(page)} has had this answer from you already.`,
    }),
    test: (page) => ({
      title: 'This was a test',
      text: `The mail from ${senderOf(page)} was a test or a preview, so this answer is not counted.`,
    }),
    unknown: () => ({
      title: 'This link does not work',
      text: 'Please open it from the mail once more, as a whole, or simply reply to the mail.',
    }),
  },
  de: {
    question: (page) => ({
      title: 'Ihre Antwort',
      text: `Mit dem Knopf geben Sie ${senderOf(page)} Bescheid. Vorher wird nichts gesendet.`,
    }),
    thanks: (page) => ({
      title: 'Vielen Dank',
      text: `Ihre Antwort ist bei ${senderOf(page)} angekommen. Sie können diese Seite schließen.`,
    }),
    answered: (page) => ({
      title: 'Vielen Dank',
      text: `${senderOf(page)} hat diese Antwort schon von Ihnen.`,
    }),
    test: (page) => ({
      title: 'Das war ein Test',
      text: `Die Mail von ${senderOf(page)} war ein Test oder eine Vorschau, die Antwort wird nicht gezählt.`,
    }),
    unknown: () => ({
      title: 'Dieser Link funktioniert nicht',
      text: 'Bitte öffnen Sie ihn noch einmal vollständig aus der Mail, oder antworten Sie einfach auf die Mail.',
    }),
  },
};
