/** What people and attackers write into names and values; every one must come back as it was written. */
export const hostileTexts = [
  "Robert'); drop table contact;--",
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '{{ contact.firstName }}{% raw %}',
  '=HYPERLINK("https://example.com")',
  '@SUM(1+1)*cmd|" /C calc"!A0',
  '%_\\',
  'Ünïcødé 東京 🙂 e\u0301',
  '\u202Egnp.exe',
  '${jndi:ldap://example.com}',
  '__proto__',
  'constructor',
  'null',
  'x'.repeat(200),
] as const;
