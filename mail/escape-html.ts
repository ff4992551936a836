const special = /[&<>"']/;
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** The same characters in the same way as the template engine escapes them. */
export function escapeHtml(value: string): string {
  return special.test(value)
    ? value.replaceAll(/[&<>"']/g, (character) => references[character] ?? '')
    : value;
}
