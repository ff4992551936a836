import type { Campaign } from '../answers.ts';
import { count, plural } from '../numbers.ts';
import { clean } from '../terminal-text.ts';

/** Whom the newsletter's consent keeps out, or that everybody is written to and why; null where nobody is concerned. */
export function sayConsent({ consent }: Pick<Campaign, 'consent'>): string | null {
  const { concerned } = consent;
  if (!consent.newsletter)
    return `not asked for (${clean(consent.reason)})${concerned === null || concerned === 0 ? '' : `: ${plural(concerned, 'person', 'people')} without the newsletter`}`;
  if (concerned === null || concerned === 0) return null;
  return `newsletter only: ${plural(concerned, 'person is', 'people are')} left out`;
}

/** The warning before a campaign for everybody starts; null when there is nothing to warn of. */
export function consentWarning({ consent }: Pick<Campaign, 'consent'>): string | null {
  const { concerned } = consent;
  if (consent.newsletter || concerned === null || concerned === 0) return null;
  return `${count(concerned)} of the audience ${concerned === 1 ? 'has' : 'have'} not ordered the newsletter and ${concerned === 1 ? 'is' : 'are'} written to all the same (${clean(consent.reason)}).`;
}
