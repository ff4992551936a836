/** RFC 6376 3.4.2: name in lower case, unfolded, runs of white space to one space, none around the colon and at the end. */
export function relaxedHeader(name: string, value: string): string {
  const flat = value
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
  return `${name.toLowerCase().trim()}:${flat}`;
}

/** RFC 6376 3.4.4, over one octet per character: trailing white space off, runs to one space, no empty lines at the end. */
export function relaxedBody(body: string): string {
  const lines = relaxedLines(body).replace(/(?:\r\n)+$/, '');
  return lines === '' ? '' : `${lines}\r\n`;
}

/** The same for a stretch of a body that more follows: empty lines at its end stay. */
export function relaxedLines(body: string): string {
  return body.replaceAll(/[ \t]+(?=\r\n|$)/g, '').replaceAll(/[ \t]+/g, ' ');
}

/** A message's header fields in order, with their folding, and its body; one octet per character. */
export function splitMessage(message: string): { fields: { name: string; value: string }[]; body: string } {
  const end = message.indexOf('\r\n\r\n');
  const head = end < 0 ? message : message.slice(0, end);
  const fields = head.split(/\r\n(?![ \t])/).map((field) => {
    const colon = field.indexOf(':');
    return { name: field.slice(0, colon), value: field.slice(colon + 1) };
  });
  return { fields, body: end < 0 ? '' : message.slice(end + 4) };
}
