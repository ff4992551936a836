import { faultAt, type ContentFault } from './faults.ts';
import { unmask, type LiquidToken, type MaskedSource } from './liquid-mask.ts';
import { readTags, type MarkupTag } from './markup.ts';

/** Elements that no mail reader shows and that filters take for an attack. */
const refusedElements = new Set(['script', 'iframe', 'object', 'embed', 'applet', 'base', 'mj-include']);
const mark = /zqslot\d+zq/;

/**
 * What may not be in a mail's MJML or HTML: active content (refused, not silently removed, so that what was previewed is what was
 * meant), merge fields where escaping would not protect them, and MJML elements that are not closed.
 */
export function markupFaults(pointer: string, source: string, masked: MaskedSource): ContentFault[] {
  const at = (offset: number, detail: string): ContentFault =>
    faultAt(pointer, source, masked.offsetInSource(offset), detail);
  const tags = [...readTags(masked.text)];
  return [
    ...tags.flatMap((tag) => tagFaults(tag, masked.tokens)).slice(0, mostFaults),
    ...styleFaults(masked).slice(0, mostFaults),
    ...nestingFaults(tags),
    ...depthFaults(tags),
  ].map(({ offset, detail }) => at(offset, detail));
}

/** Nobody reads more at once, and to say the line of each takes time that grows with the source. */
const mostFaults = 100;

/** Mail readers give up far before, and the time that libraries take for it grows with the square of it. */
const deepest = 256;
/** Elements without an end, or whose end everybody forgets and every reader adds. */
const closeThemselves = new Set(
  (
    'area base br col embed hr img input link meta param source track wbr ' +
    'p li dt dd tr td th thead tbody tfoot colgroup option optgroup rp rt'
  ).split(' '),
);

/** Elements that stand in each other by the thousand: no mail, but a trap for whoever reads it. At most one fault. */
export function depthFaults(tags: readonly MarkupTag[]): Found[] {
  const found = [...closedDepthFaults(tags), ...openDepthFaults(tags)];
  return found.slice(0, 1);
}

/** Many that close themselves stand in each other all the same where they take turns: `<p><li><p><li>`. */
const deepestOpen = 1_000;
const sameKind: Readonly<Record<string, string>> = { th: 'td', dd: 'dt', rp: 'rt', optgroup: 'option' };
const neverClosed = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);

function openDepthFaults(tags: readonly MarkupTag[]): Found[] {
  const open: string[] = [];
  for (const { name, kind, offset } of tags) {
    if (kind === 'selfClosing' || neverClosed.has(name)) continue;
    const of = sameKind[name] ?? name;
    if (kind === 'close') {
      const at = open.lastIndexOf(of);
      if (at >= 0) open.length = at;
      continue;
    }
    // These end the one before that was left open, but a list in a list does not.
    if (closeThemselves.has(name) && open.at(-1) === of && name !== 'thead' && name !== 'colgroup')
      open.pop();
    open.push(of);
    if (open.length > deepestOpen)
      return [{ offset, detail: `elements are left open more than ${deepestOpen} deep; close them` }];
  }
  return [];
}

function closedDepthFaults(tags: readonly MarkupTag[]): Found[] {
  const open = new Map<string, number>();
  let depth = 0;
  for (const { name, kind, offset } of tags) {
    const ofName = open.get(name) ?? 0;
    if (kind === 'selfClosing' || closeThemselves.has(name) || (kind === 'close' && ofName === 0)) continue;
    const step = kind === 'open' ? 1 : -1;
    open.set(name, ofName + step);
    depth += step;
    if (depth > deepest)
      return [{ offset, detail: `elements are nested more than ${deepest} deep; close what is open` }];
  }
  return [];
}

interface Found {
  readonly offset: number;
  readonly detail: string;
}

function tagFaults(tag: MarkupTag, tokens: readonly LiquidToken[]): Found[] {
  if (tag.kind === 'close') return [];
  if (refusedElements.has(tag.name))
    return [{ offset: tag.offset, detail: `<${tag.name}> is not allowed in a mail; take it out` }];
  const faults: Found[] = [];
  if (mark.test(tag.name))
    faults.push({ offset: tag.offset, detail: 'a tag name cannot come from a merge field' });
  for (const { name, value, quoted, offset } of tag.attributes) {
    if (/^on[a-z]+$/.test(name))
      faults.push({ offset, detail: `the event handler "${name}" is not allowed in a mail; take it out` });
    else if (value !== null && /^\s*(?:javascript|vbscript):/i.test(value))
      faults.push({ offset, detail: `"${name}" may not hold a script` });
    else if (mark.test(name) && outputsIn(name, tokens))
      faults.push({ offset, detail: 'a merge field inside a tag must be the quoted value of an attribute' });
    else if (!quoted && value !== null && mark.test(value))
      faults.push({ offset, detail: `put quotes around ${unmask(value, tokens)}` });
  }
  return faults;
}

/** Conditions around an attribute are fine; values in the place of a name are not. */
function outputsIn(name: string, tokens: readonly LiquidToken[]): boolean {
  return [...name.matchAll(/zqslot(\d+)zq/g)].some((match) => tokens[Number(match[1])]?.kind === 'output');
}

/** CSS has other rules of escaping than HTML. */
function styleFaults({ text, tokens }: MaskedSource): Found[] {
  const faults: Found[] = [];
  for (const match of text.matchAll(/<(mj-style|style)\b[^>]*>([\s\S]*?)<\/\1/gi)) {
    const inside = match[2] ?? '';
    if (outputsIn(inside, tokens))
      faults.push({ offset: match.index, detail: `a merge field cannot be inside <${String(match[1])}>` });
  }
  return faults;
}

/** MJML's own reader closes forgotten elements in silence; what comes out is then seldom what was meant. */
function nestingFaults(tags: readonly MarkupTag[]): Found[] {
  const open: MarkupTag[] = [];
  for (const tag of tags) {
    if (!/^mj(?:ml$|-)/.test(tag.name) || tag.kind === 'selfClosing') continue;
    if (tag.kind === 'open') {
      open.push(tag);
      continue;
    }
    const last = open.pop();
    if (last?.name !== tag.name)
      return [
        {
          offset: tag.offset,
          detail:
            last === undefined
              ? `</${tag.name}> closes nothing`
              : `</${tag.name}> comes before </${last.name}>`,
        },
      ];
  }
  const last = open.at(-1);
  return last === undefined ? [] : [{ offset: last.offset, detail: `<${last.name}> is not closed` }];
}
