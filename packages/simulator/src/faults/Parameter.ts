/** What can be said about a fault, in text. */
import { expectedDuration, expectedSize, parseBytes, parseMillis } from "@boltodds/text"

/** So many milliseconds, or so many data frames of a connection. */
export type FaultSpan = { readonly millis: number } | { readonly frames: number }

/** A parameter of a fault. */
export interface Parameter<out A> {
  /** What it is about, in a few words. */
  readonly about: string
  /** What is allowed: "a duration such as 500ms, 15s, 1m30s". */
  readonly allowed: string
  /** What holds where it is left out, in words. */
  readonly otherwise: string
  /** The value that a text means; undefined where it means none. */
  readonly read: (text: string) => A | undefined
}

/** The value that a parameter has. */
export type ValueOf<P> = P extends Parameter<infer A> ? A : never

// A timer holds no more than 2^31 - 1 ms; beyond it Node would fire at once.
const longestMillis = 24 * 24 * 60 * 60 * 1000
/** What a time is to look like. */
export const timeForm: string = `${expectedDuration}, at most 24d`
/** Longer texts than this are more than a JavaScript engine holds. */
const mostBytes = 400 * 1024 * 1024

/** The milliseconds of a duration; undefined for anything else, and beyond 24 days. */
export const readMillis = (text: string): number | undefined => {
  const millis = parseMillis(text)
  return millis === undefined || millis > longestMillis ? undefined : millis
}

const readFrames = (text: string): number | undefined => {
  const match = /^(\d+) ?(?:frames?)$/.exec(text)
  return match === null ? undefined : Number(match[1])
}

/** A time, in milliseconds. */
export const time = (about: string, otherwise: string): Parameter<number> => ({
  about,
  otherwise,
  allowed: timeForm,
  read: readMillis,
})

/** A time as a span. */
export const timeSpan = (about: string, otherwise: string): Parameter<FaultSpan> => ({
  about,
  otherwise,
  allowed: timeForm,
  read: (text) => {
    const millis = readMillis(text)
    return millis === undefined ? undefined : { millis }
  },
})

/** A time forwards or backwards, in milliseconds. */
export const shift = (about: string, otherwise: string): Parameter<number> => ({
  about,
  otherwise,
  allowed: `${timeForm}, or one that goes back such as -90s`,
  read: (text) => {
    const millis = readMillis(text.replace(/^[+-]/, ""))
    return millis === undefined ? undefined : text.startsWith("-") ? -millis : millis
  },
})

/** A time, or a count of frames. */
export const span = (about: string, otherwise: string): Parameter<FaultSpan> => ({
  about,
  otherwise,
  allowed: `${timeForm}, or a count of a connection's data frames such as 200frames`,
  read: readSpan,
})

/** The span that a text means. */
export const readSpan = (text: string): FaultSpan | undefined => {
  const millis = readMillis(text)
  if (millis !== undefined) return { millis }
  const frames = readFrames(text)
  return frames === undefined ? undefined : { frames }
}

/** A count of frames. */
export const frames = (about: string, otherwise: string, least = 1): Parameter<number> => ({
  about,
  otherwise,
  allowed: `a count of frames from ${least}, such as 20, 20frames`,
  read: (text) => atLeast(least, readFrames(text) ?? readCount(text)),
})

/** A whole number. */
export const count = (about: string, otherwise: string, least = 1): Parameter<number> => ({
  about,
  otherwise,
  allowed: `a whole number from ${least}`,
  read: (text) => atLeast(least, readCount(text)),
})

/** A probability. */
export const fraction = (about: string, otherwise: string): Parameter<number> => ({
  about,
  otherwise,
  allowed: "a number from 0 to 1",
  read: (text) => /^(?:0|1|0?\.\d+|0\.\d+|1\.0+)$/.test(text) ? Number(text) : undefined,
})

/** A number of bytes. */
export const size = (about: string, otherwise: string): Parameter<number> => ({
  about,
  otherwise,
  allowed: `${expectedSize}, from 1B to 400MiB`,
  read: (text) => {
    const bytes = parseBytes(text)
    return bytes !== undefined && bytes >= 1 && bytes <= mostBytes ? bytes : undefined
  },
})

/** One of several words. */
export const choice = <const A extends string>(
  values: ReadonlyArray<A>,
  about: string,
  otherwise: string,
): Parameter<A> => ({
  about,
  otherwise,
  allowed: values.join(" or "),
  read: (text) => values.find((value) => value === text),
})

/** Yes or no. */
export const flag = (about: string, otherwise: string): Parameter<boolean> => ({
  about,
  otherwise,
  allowed: "yes or no",
  read: (text) => text === "yes" || text === "true" ? true : text === "no" || text === "false" ? false : undefined,
})

/** A WebSocket close code that may be sent (RFC 6455, section 7.4). */
export const closeCode = (about: string, otherwise: string): Parameter<number> => ({
  about,
  otherwise,
  allowed: "1000 to 1003, 1007 to 1014, or 3000 to 4999",
  read: (text) => {
    const code = readCount(text) ?? 0
    const standard = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
    return standard || (code >= 3000 && code <= 4999) ? code : undefined
  },
})

/** An HTTP status that is no success. */
export const status = (about: string, otherwise: string): Parameter<number> => ({
  about,
  otherwise,
  allowed: "an HTTP status from 300 to 599",
  read: (text) => {
    const value = readCount(text) ?? 0
    return value >= 300 && value <= 599 ? value : undefined
  },
})

/** Any text. */
export const words = (about: string, otherwise: string): Parameter<string> => ({
  about,
  otherwise,
  allowed: `a text, in quotes where it holds a space or a comma: "a text"`,
  read: (text) => text,
})

const readCount = (text: string): number | undefined => /^\d{1,10}$/.test(text) ? Number(text) : undefined

const atLeast = (least: number, value: number | undefined): number | undefined =>
  value !== undefined && value >= least ? value : undefined
