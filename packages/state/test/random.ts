/** Chance, from a seed, and what it does to frames. */

/** A generator of numbers in [0, 1): mulberry32. */
export const generator = (seed: number): () => number => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const encoder = new TextEncoder()

/**
 * A frame of messages of which one came broken: cut off, with a byte that is no UTF-8, or with fields of another type.
 * It is cut after its action, so that it still reads like feed data.
 */
export const garble = (
  good: ReadonlyArray<unknown>,
  bad: unknown,
  more: ReadonlyArray<unknown>,
  random: () => number,
): string | Uint8Array => {
  const below = (n: number): number => Math.floor(random() * n)
  const text = JSON.stringify(bad)
  const frame = (piece: string): string => {
    const pieces = [...good.map((value) => JSON.stringify(value)), piece, ...more.map((value) => JSON.stringify(value))]
    return pieces.length === 1 ? piece : `[${pieces.join(",")}]`
  }
  switch (below(4)) {
    case 0:
      return frame(text.slice(0, 75 + below(text.length - 75)))
    case 1: {
      const before = encoder.encode(frame("")).length
      const bytes = encoder.encode(frame(text))
      const from = good.length + more.length === 0
        ? 0
        : encoder.encode(`[${good.map((value) => `${JSON.stringify(value)},`).join("")}`).length
      bytes[from + 1 + below(bytes.length - before - 2)] = 0xff
      return bytes
    }
    case 2:
      return frame(text.replace(/"outcomes":\{/, '"outcomes":7,"x":{'))
    default:
      return frame(text.replace(/"sportsbook":"\w+"/, '"sportsbook":null'))
  }
}
