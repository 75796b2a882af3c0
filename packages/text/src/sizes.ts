/** Sizes in bytes, and counts, as people write them. */

/** What a size looks like, for messages. */
export const expectedSize = "a size such as 64KiB, 16MiB, 1GB"

/** The pattern of a size: a number and a unit, with at most one space between. JSON Schema can hold it. */
// With the flag u the pattern means the same in JSON Schema.
export const sizePattern: RegExp = /^(\d+(?:\.\d+)?) ?(B|kB|KiB|MB|MiB|GB|GiB|TB|TiB)$/u

const unitBytes: { readonly [unit: string]: number } = {
  B: 1,
  kB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
  TB: 1e12,
  TiB: 1024 ** 4,
}

/**
 * The bytes of a size such as `500B`, `1.5kB`, `64KiB`, `16MiB`, rounded to a whole number. Undefined for any other text,
 * and for a number that is not a safe integer.
 */
export const parseBytes = (text: string): number | undefined => {
  const read = sizePattern.exec(text)
  if (read === null) return undefined
  const bytes = Math.round(Number(read[1]) * unitBytes[read[2]!]!)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A whole number as people read it: `1,366`. Not by `Intl`, whose data is slow to load. */
export const countText = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",")
