/** True for an http or https address of a page: what a link of a record may be, because mails put it into `href`. */
export function isWebAddress(text: string): boolean {
  return text.length <= 2_000 && webAddress.test(text);
}

/** A host and whatever follows, without blanks, quotes, angle brackets and control characters (RFC 3986 appendix C). */
const webAddress = /^https?:\/\/[^\s/?#"<>\\\p{Cc}]+(?:[/?#][^\s"<>\\\p{Cc}]*)?$/iu;
