import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Either way: clocks differ, and networks are slow. */
const toleranceSeconds = 300;
const prefix = 'whsec_';

/** A secret for a new source, as its bytes and as the text that both sides know. */
export function createWebhookSecret(): { secret: Buffer; text: string } {
  const secret = randomBytes(32);
  return { secret, text: `${prefix}${secret.toString('base64')}` };
}

export type SignatureCheck = { readonly ok: true } | { readonly ok: false; readonly why: string };

/**
 * Checks a message signed as Standard Webhooks have it: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, where the body is the bytes
 * that came. Several signatures may be given (a sender who changes its secret); one must fit.
 * @param now milliseconds since 1970.
 */
export function checkWebhookSignature(
  secret: Buffer,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: number,
): SignatureCheck {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  if (id === null || timestamp === null || signatures === null)
    return refuse(
      'the message is not signed: webhook-id, webhook-timestamp and webhook-signature are needed (Standard Webhooks)',
    );
  if (!/^[\x21-\x7e]{1,255}$/.test(id)) return refuse('webhook-id has 1–255 visible ASCII characters');
  if (!/^\d{1,12}$/.test(timestamp)) return refuse('webhook-timestamp must be in seconds since 1970');
  const offsetSeconds = Math.round(now / 1000) - Number(timestamp);
  if (Math.abs(offsetSeconds) > toleranceSeconds)
    return refuse(
      `webhook-timestamp is ${Math.abs(offsetSeconds)} s ${offsetSeconds > 0 ? 'old' : 'ahead'}, at most ${toleranceSeconds} s are taken; ` +
        'sign the message anew when sending it again, and check the clock',
    );
  const wanted = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
  const fits = signatures.split(' ').some((each) => isSame(each, wanted));
  return fits
    ? { ok: true }
    : refuse(
        'webhook-signature does not fit: sign "ID.TIMESTAMP.BODY" with the secret of this source, byte for byte',
      );
}

function isSame(signature: string, wanted: Buffer): boolean {
  const [, text] = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature) ?? [];
  return text !== undefined && timingSafeEqual(Buffer.from(text, 'base64'), wanted);
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function refuse(why: string): SignatureCheck {
  return { ok: false, why };
}
