/** Time spans as people write them. */
import * as Option from "effect/Option"

const unitMillis = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** The milliseconds of `500ms`, `15s`, `2m`, `1.5h`; none for anything else. */
export const spanMillis = (text: string): Option.Option<number> => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim())
  if (match === null) return Option.none()
  return Option.some(
    Number(match[1]) * unitMillis[match[2] as keyof typeof unitMillis],
  )
}
