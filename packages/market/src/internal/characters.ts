/** Characters that names are compared without, and how long a text is remembered. */

/** Marks that nobody sees: soft hyphens, zero-width spaces and joiners, marks of direction. */
export const invisible: RegExp = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g

/** Every apostrophe. */
export const apostrophes: RegExp = /[\u2018\u2019\u02BC\u0060\u00B4']/g

/** No real name of a market, sport or player is longer, in characters. Caches do not keep longer ones. */
export const longestName = 200

/** Puts a value into a cache of at most `bound` entries, which starts anew when it is full. Long keys are not kept. */
export const remember = <Value>(cache: Map<string, Value>, key: string, value: Value, bound: number): Value => {
  if (key.length > longestName) return value
  if (cache.size >= bound) cache.clear()
  cache.set(key, value)
  return value
}
