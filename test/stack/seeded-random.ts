/**
 * Random numbers from 0 to 1 that can be had again: the seed is printed, and taken from SEED when that is set, as in
 * `SEED=1234 npm test -- test/stack/crash.test.ts`.
 */
export function seededRandom(name: string): () => number {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  console.log(`${name}: SEED=${seed}`);
  return mulberry32(seed);
}

function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
