/**
 * Whether receivers take a signature of `signing` for one of the sender's: the same domain, or one below the other (RFC 7489 3.1.1,
 * relaxed). Both in ASCII. Without the public suffix list sister domains (a.example.com, b.example.com) count as not aligned: the
 * domain above them always is.
 */
export function isAligned(signing: string, address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  const key = signing.toLowerCase();
  return domain === key || domain.endsWith(`.${key}`) || key.endsWith(`.${domain}`);
}
