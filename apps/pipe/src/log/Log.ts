/** The log on stderr: text for people or JSON for programs, limited in rate. */
import { visible, visibleJson, visibleLines } from "@boltodds/text"
import * as Cause from "effect/Cause"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Paint } from "../terminal/Terminal.ts"

/** The levels that can be logged, the most important first. */
export const levels = ["error", "warn", "info", "debug"] as const

/** One of {@link levels}. */
export type Level = (typeof levels)[number]

/** How the log is written. */
export interface LogOptions {
  /** The least important level shown; `none` shows nothing. */
  readonly level: Level | "none"
  readonly format: "human" | "json"
  readonly paint: Paint
  readonly write: (line: string) => void
  readonly now: () => Date
  /** How often a run logs that it is alive, in milliseconds; 0: never. Default 5 minutes. */
  readonly heartbeatMillis?: number | undefined
}

/** Facts beside a message. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes log lines. */
export interface CommandLog {
  readonly log: (level: Level, message: string, fields?: LogFields) => void
  readonly format: LogOptions["format"]
  readonly level: LogOptions["level"]
  /** See {@link LogOptions}. Default: no heartbeats. */
  readonly heartbeatMillis?: number
  /** Calls this before each line that is written. */
  readonly beforeEach: (call: () => void) => void
  /** Makes Effect's own logging go here. */
  readonly layer: Layer.Layer<never>
}

const windowMillis = 10_000
const perWindow = 5

/**
 * Limits messages that repeat to five in ten seconds. The next one that is shown has the number of those left out.
 * Messages that differ only in digits count as the same.
 */
export const makeThrottle = (): (
  message: string,
  now: number,
) => number | undefined => {
  const seen = new Map<
    string,
    { since: number; shown: number; left: number }
  >()
  return (message, now) => {
    const site = message.replaceAll(/\d+/g, "0")
    let entry = seen.get(site)
    if (entry === undefined || now - entry.since >= windowMillis) {
      // Bounded, because a message with a name in it is different for each name.
      if (seen.size > 1000) seen.clear()
      const left = entry?.left ?? 0
      entry = { since: now, shown: 1, left: 0 }
      seen.set(site, entry)
      return left
    }
    if (entry.shown < perWindow) {
      entry.shown++
      return 0
    }
    entry.left++
    return undefined
  }
}

/** Makes a {@link CommandLog}. */
export const makeLog = (options: LogOptions): CommandLog => {
  const throttle = makeThrottle()
  let before = (): void => {}
  const least = options.level === "none" ? -1 : levels.indexOf(options.level)
  const log = (level: Level, message: string, fields: LogFields = {}): void => {
    if (levels.indexOf(level) > least) return
    const date = options.now()
    const left = throttle(`${level} ${message}`, date.getTime())
    if (left === undefined) return
    const all = left > 0 ? { ...fields, not_shown: left } : fields
    before()
    options.write(
      options.format === "json" ? json(date, level, message, all) : human(date, level, message, all, options.paint),
    )
  }
  const logger = Logger.make<unknown, void>(
    ({ message, logLevel, cause, fiber }) =>
      log(levelOf(logLevel), textOf(message), { ...annotationsOf(fiber), ...causeOf(cause) }),
  )
  const minimum = options.level === "debug" ? "Debug" : "Info"
  return {
    log,
    format: options.format,
    level: options.level,
    heartbeatMillis: options.heartbeatMillis ?? 300_000,
    beforeEach: (call) => before = call,
    layer: Layer.mergeAll(
      Logger.layer([logger]),
      Layer.succeed(References.MinimumLogLevel, minimum),
    ),
  }
}

const levelOf = (level: string): Level =>
  level === "Fatal" || level === "Error" ? "error" : level === "Warn" ? "warn" : level === "Info" ? "info" : "debug"

const textOf = (message: unknown): string =>
  (Array.isArray(message) ? message : [message]).map((part) => typeof part === "string" ? part : JSON.stringify(part))
    .join(" ")

const annotationsOf = (fiber: Fiber.Fiber<unknown, unknown>): LogFields =>
  fiber.getRef(References.CurrentLogAnnotations)

const causeOf = (cause: Cause.Cause<unknown>): LogFields =>
  cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) }

const json = (
  date: Date,
  level: Level,
  message: string,
  fields: LogFields,
): string => {
  const { event, ...rest } = fields
  const named = event === undefined ? {} : { event }
  return `${visibleJson(JSON.stringify({ time: date.toISOString(), level, ...named, message, ...rest }))}\n`
}

/** Names for programs, and a sink that begins the message. */
const isSaid = (name: string, value: unknown, message: string): boolean =>
  name === "event" || name === "sink" && message.startsWith(`${String(value)}: `)

const human = (
  date: Date,
  level: Level,
  message: string,
  fields: LogFields,
  paint: Paint,
): string => {
  const time = paint.dim(date.toTimeString().slice(0, 8))
  const mark = level === "error" ? paint.red("error ") : level === "warn" ? paint.yellow("warning ") : ""
  const facts = Object.entries(fields).filter(([name, value]) => !isSaid(name, value, message)).map(([name, value]) =>
    `${name}=${visible(typeof value === "string" ? value : JSON.stringify(value))}`
  )
  return `${time} ${mark}${visibleLines(message)}${facts.length === 0 ? "" : paint.dim(` (${facts.join(", ")})`)}\n`
}
