/**
 * The Message-ID of one contact's mail in one campaign: a pure function, so that a retry carries the same one and a receiver or a
 * bounce can be matched (RFC 5322 3.6.4). Both ids are UUIDs, written in base 36; no name and no address is in it.
 * `domain` is the sender's, as A-label.
 */
export function messageIdOf(campaignId: string, contactId: string, domain: string): string {
  return `<${shorten(campaignId)}.${shorten(contactId)}@${domain}>`;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function shorten(id: string): string {
  if (!uuid.test(id)) throw new TypeError('a Message-ID is made of UUIDs only');
  return BigInt(`0x${id.replaceAll('-', '')}`).toString(36);
}
