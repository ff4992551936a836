/** The name that needs the fewest changed, missing or additional letters. `names` must not be empty. */
export function nearest(wrong: string, names: readonly string[]): string {
  const [first = ''] = names;
  let best = { name: first, distance: Number.POSITIVE_INFINITY };
  for (const name of names) {
    const distance = distanceOf(wrong, name);
    if (distance < best.distance) best = { name, distance };
  }
  return best.name;
}

/** Levenshtein's distance, one row at a time. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
