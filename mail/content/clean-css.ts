const dangerous = /expression\(|javascript:|vbscript:|behaviou?r:|-moz-binding|@import|<\/?style/i;

/** CSS without rules that run something or load other rules. `onRemoved` is called for each that goes. */
export function cleanCss(css: string, onRemoved: () => void): string {
  if (!dangerous.test(plainCss(css))) return css;
  const clean = css
    .split(/(?<=[;{}])/)
    .map((rule) => {
      if (!dangerous.test(plainCss(rule))) return rule;
      onRemoved();
      // What opened or closed a block must go on doing so.
      const end = rule.at(-1) ?? '';
      return end === '{' ? 'x-removed{' : end === '}' ? '}' : '';
    })
    .join('');
  // Danger that is spread over rules, by comments that hold their ends, has no rule to take out.
  if (!dangerous.test(plainCss(clean))) return clean;
  onRemoved();
  return '';
}

/** As a reader takes it that is as generous as possible: no comments, blanks, controls or escapes. */
function plainCss(css: string): string {
  return css
    .replaceAll(/\/\*[\s\S]*?(?:\*\/|$)/g, '')
    .replaceAll(/\\([0-9a-f]{1,6})\s?|\\(.)/gi, (_, hex: string | undefined, plain: string | undefined) =>
      hex === undefined ? (plain ?? '') : String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(hex, 16))),
    )
    .replaceAll(/[\s\p{Cc}]/gu, '');
}
