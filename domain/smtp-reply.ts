import type { Reply, Stage } from './outcome.ts';

/** What a negative reply is about. */
type ReplyCode =
  | 'userUnknown'
  | 'domainUnknown'
  | 'mailboxDisabled'
  | 'mailboxFull'
  | 'messageTooBig'
  | 'internationalAddress'
  | 'policy'
  | 'content'
  | 'authentication'
  | 'senderRefused'
  | 'rateLimited'
  | 'greylisted'
  | 'other';

/** `hard`: the address will never take mail; it is to be suppressed at the first such reply. Everything else is counted only. */
export interface Classified {
  readonly code: ReplyCode;
  readonly hard: boolean;
}

/**
 * Says what a 4xx or 5xx reply is about, by the most specific enhanced code (RFC 3463) that it holds: also one hidden in the
 * words, since relays pass the code of the next one on behind their own 5.0.0. Without one, by the words and the basic code.
 */
export function classifyReply(reply: Reply, stage: Stage): Classified {
  const permanent = reply.code >= 500;
  const enhanced = mostSpecific(reply);
  const code =
    (speaksOfRate(reply, enhanced) ? 'rateLimited' : null) ??
    byEnhancedCode(reply, enhanced, stage) ??
    byWords(reply, stage) ??
    byBasicCode(reply.code, stage);
  return { code, hard: permanent && isHard(code, enhanced, stage) };
}

/** Subject and detail of RFC 3463, such as '1.1'; '0.0' says nothing. */
type Detail = string;

const hidden = /(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.]*\d)/g;

function mostSpecific(reply: Reply): Detail {
  const kind = reply.code >= 500 ? '5' : '4';
  let best = detailOf(reply.enhanced ?? '', kind);
  for (const [code] of reply.text.matchAll(hidden)) {
    const found = detailOf(code, kind);
    if (specificity(found) > specificity(best)) best = found;
  }
  return best;
}

function detailOf(enhanced: string, kind: string): Detail {
  return enhanced.startsWith(`${kind}.`) ? enhanced.slice(2) : '0.0';
}

function specificity(detail: Detail): number {
  if (detail === '0.0') return 0;
  return detail.endsWith('.0') ? 1 : 2;
}

const rateWords =
  /rate.?limit|too many (?:messages|connections|mails|e-?mails|recipients|sessions)|throttl|too quickly|too fast|temporarily deferred|(?:quota|limit)[^.]{0,20}\b(?:per|hourly|daily)\b/i;

/** Temporary only: a permanent refusal is not healed by going slower. */
function speaksOfRate(reply: Reply, detail: Detail): boolean {
  return reply.code < 500 && (detail === '7.28' || detail === '5.3' || rateWords.test(reply.text));
}

const byDetail: Readonly<Record<Detail, ReplyCode>> = {
  '1.1': 'userUnknown',
  '1.2': 'domainUnknown',
  '1.3': 'userUnknown',
  '1.6': 'userUnknown',
  '1.7': 'senderRefused',
  '1.8': 'senderRefused',
  '1.10': 'domainUnknown',
  '2.1': 'mailboxDisabled',
  '2.2': 'mailboxFull',
  '2.3': 'messageTooBig',
  '3.4': 'messageTooBig',
  '4.4': 'domainUnknown',
  '6.7': 'internationalAddress',
  '7.8': 'authentication',
  '7.9': 'authentication',
  '7.11': 'authentication',
  '7.60': 'senderRefused',
};

function byEnhancedCode({ code, text }: Reply, detail: Detail, stage: Stage): ReplyCode | null {
  if (code < 500 && (detail === '7.1' || detail === '2.0')) return stage === 'mail' ? 'policy' : 'greylisted';
  // Exchange uses the code of "no mail for this domain" (RFC 7505) for a person it cannot find.
  if (detail === '1.10' && /recipient ?not ?found/i.test(text)) return 'userUnknown';
  const exact = byDetail[detail];
  if (exact !== undefined) return exact;
  if (code === 530 || code === 534 || code === 535 || code === 538) return 'authentication';
  if (detail.startsWith('7.')) return greylistWords.test(text) ? 'greylisted' : 'policy';
  return detail.startsWith('6.') ? 'content' : null;
}

const greylistWords = /gr[ae]y-?list/i;
const policyWords =
  /spam|block(?:ed|list)|black-?list|deny-?list|reputation|policy|\bspf\b|\bdkim\b|\bdmarc\b|\bptr\b|reverse dns/i;
const unknownWords =
  /(?:user|recipient|mailbox|address|account)\b[^.]{0,40}\b(?:unknown|not found|does ?n[o']t exist|unavailable)|unknown (?:user|recipient|mailbox|account)|no such (?:user|recipient|mailbox|person|address|account)|invalid (?:recipient|mailbox)/i;
const fullWords = /quota|mailbox (?:is )?full|full mailbox|over limit/i;
const bigWords = /too (?:big|large|long)|size|exceeds/i;

function byWords({ code, text }: Reply, stage: Stage): ReplyCode | null {
  if (code < 500 && greylistWords.test(text)) return 'greylisted';
  if (fullWords.test(text)) return 'mailboxFull';
  if (bigWords.test(text) && stage !== 'rcpt') return 'messageTooBig';
  if (stage === 'rcpt' && unknownWords.test(text) && !policyWords.test(text)) return 'userUnknown';
  if (code >= 500 && policyWords.test(text)) return stage === 'message' ? 'content' : 'policy';
  return null;
}

function byBasicCode(code: number, stage: Stage): ReplyCode {
  if (code === 530 || code === 534 || code === 535 || code === 538) return 'authentication';
  if (code === 552) return stage === 'rcpt' ? 'mailboxFull' : 'messageTooBig';
  if (code < 500) return 'other';
  if (stage === 'mail') return 'senderRefused';
  if (stage !== 'rcpt') return 'content';
  if (code === 550) return 'userUnknown';
  return code === 554 ? 'policy' : 'other';
}

const hardDetails: ReadonlySet<Detail> = new Set(['1.1', '1.2', '1.3', '1.6', '1.10', '2.1']);

/** Without a telling enhanced code only what was said about the recipient itself can be about the recipient for good. */
function isHard(code: ReplyCode, detail: Detail, stage: Stage): boolean {
  if (specificity(detail) === 2) return hardDetails.has(detail);
  return stage === 'rcpt' && (code === 'userUnknown' || code === 'domainUnknown');
}
