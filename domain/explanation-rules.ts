import type { Check } from './explanation-checks.ts';
import type { Act } from './explanation-facts.ts';
import { describeAct, instant, tidy } from './explanation-words.ts';
import type { Instant } from './instant.ts';
import { describeGap } from './pace.ts';

/** What is known about consent, documents, templates and caps of one person in one campaign; null where there is no such rule. */
export interface Rules {
  readonly consent: {
    /** Null: only those who ordered the newsletter are meant; otherwise why everybody is. */
    readonly everybodyBecause: string | null;
    readonly ordered: boolean;
    /** What the person said last about it. */
    readonly proof: { readonly given: boolean; readonly at: Instant; readonly how: string } | null;
  };
  /** The documents of the campaign in their order. */
  readonly documents: readonly DocumentFact[] | null;
  /** `last`: the same version of the template with another campaign, within the time. */
  readonly template: { readonly withinMs: number; readonly last: Sending | null } | null;
  readonly cap: {
    readonly stream: string;
    readonly count: number;
    readonly perMs: number;
    /** Mails of the stream in the period. */
    readonly had: number;
  } | null;
  /** Who wants it sent in spite of documents and templates. */
  readonly force: Act | null;
}

interface DocumentFact {
  readonly title: string;
  /** It goes, or went, with this mail. */
  readonly isCarried: boolean;
  /** The first time that it went with another campaign. */
  readonly sent: Sending | null;
}

interface Sending {
  readonly campaign: string;
  readonly at: Instant;
}

/** `isToCome`: the mail can still leave. */
export function ruleChecks(rules: Rules, isToCome: boolean): Check[] {
  const { documents, template, cap, force } = rules;
  const checks: Check[] = [consentCheck(rules.consent)];
  if (documents !== null)
    checks.push({
      check: 'document',
      passed: force !== null || documents.some(({ isCarried, sent }) => isCarried || sent === null),
      evidence: documents.map(describeDocument).join('; ') + forcedBy(force),
    });
  if (template !== null)
    checks.push({
      check: 'template',
      passed: force !== null || template.last === null,
      evidence: describeTemplate(template) + forcedBy(force),
    });
  if (cap !== null && isToCome)
    checks.push({ check: 'cap', passed: cap.had < cap.count, evidence: describeCap(cap) });
  return checks;
}

function consentCheck({ everybodyBecause, ordered, proof }: Rules['consent']): Check {
  const said =
    proof === null
      ? 'no proof is noted'
      : `${proof.given ? 'ordered' : 'cancelled'} at ${instant(proof.at)}: ${tidy(proof.how)}`;
  const evidence =
    everybodyBecause === null
      ? `only those who ordered the newsletter; this person ${ordered ? 'has' : 'has not'} (${said})`
      : `everybody is written to, whether they ordered the newsletter or not: ${tidy(everybodyBecause)}`;
  return { check: 'consent', passed: everybodyBecause !== null || ordered, evidence };
}

function describeDocument({ title, isCarried, sent }: DocumentFact): string {
  const name = JSON.stringify(title);
  if (isCarried) return `${name} goes with this mail`;
  if (sent === null) return `${name} was not sent before`;
  return `${name} went with campaign ${describeSending(sent)}`;
}

function describeTemplate({ withinMs, last }: NonNullable<Rules['template']>): string {
  const rule = `the same version of a template not twice within ${describeGap(withinMs)}`;
  return last === null
    ? `${rule}: no other campaign sent it`
    : `${rule}: it went with campaign ${describeSending(last)}`;
}

function describeCap({ stream, count, perMs, had }: NonNullable<Rules['cap']>): string {
  return `has had ${had} of at most ${count} ${stream} mails in ${describeGap(perMs)}, over all campaigns`;
}

function describeSending({ campaign, at }: Sending): string {
  return `${JSON.stringify(campaign)} at ${instant(at)}`;
}

/** "; forced by anna at …: asked for it", or nothing. */
export function forcedBy(force: Act | null): string {
  return force === null ? '' : `; forced ${describeAct(force)}`;
}
