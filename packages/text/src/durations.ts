/** Durations, as people write them. The one grammar of flags, configurations, faults and scenarios. */

/** What a duration looks like, for messages. */
export const expectedDuration = "a duration such as 500ms, 15s, 1m30s"

/** The pattern of a duration: numbers with the units `ms`, `s`, `m`, `h`, `d`. JSON Schema can hold it. */
// With the flag u the pattern means the same in JSON Schema.
export const durationPattern: RegExp = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/u

const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g
const unitMillis = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/**
 * The milliseconds of a duration such as `500ms`, `15s`, `1m30s`, `1.5h`, `7d`: the sum of its parts, rounded to a
 * whole number. Undefined for any other text, and for a sum that is not a safe integer.
 */
export const parseMillis = (text: string): number | undefined => {
  if (!durationPattern.test(text)) return undefined
  let sum = 0
  for (const [, amount, unit] of text.matchAll(part)) {
    sum += Number(amount) * unitMillis[unit as keyof typeof unitMillis]
  }
  const millis = Math.round(sum)
  return Number.isSafeInteger(millis) ? millis : undefined
}

/** The text of some milliseconds, rounded, in the largest units that fit: `1h30m`. Zero, and anything less, is `0ms`. */
export const formatMillis = (millis: number): string => {
  let left = Math.round(millis)
  let text = ""
  for (const [unit, size] of Object.entries(unitMillis)) {
    const count = Math.floor(left / size)
    if (count <= 0) continue
    text += `${count}${unit}`
    left -= count * size
  }
  return text === "" ? "0ms" : text
}
