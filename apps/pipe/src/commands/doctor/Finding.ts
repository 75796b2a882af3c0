/** What one check of the doctor found, as a value and as text without secrets. */
import { countText, visible } from "@boltodds/text"
import type { Paint } from "../../terminal/Terminal.ts"

/** How a check came out. */
export type CheckOutcome = "ok" | "warning" | "failed" | "skipped"

/** What a check found. */
export interface DoctorFinding {
  /** What was checked, in a word. */
  readonly check: CheckName
  readonly outcome: CheckOutcome
  /** One line. */
  readonly text: string
  /** What to do about it. */
  readonly advice?: string
  /** What belongs to it, a line each. */
  readonly rows?: ReadonlyArray<string>
  /** The same for programs. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** The checks, in the order they are made. */
export const doctorChecks = [
  "key",
  "address",
  "state",
  "permissions",
  "holders",
  "proxy",
  "tls",
  "dns",
  "rest",
  "clock",
  "names",
  "dial",
  "subscribe",
  "data",
  "books",
  "latency",
] as const

/** One of {@link doctorChecks}. */
export type CheckName = (typeof doctorChecks)[number]

/** Adds a finding, which is printed at once. */
export type AddFinding = (finding: DoctorFinding) => void

/** `1 book`, `2 books`. */
export const counted = (amount: number, one: string, many: string = `${one}s`): string =>
  `${countText(amount)} ${amount === 1 ? one : many}`

/** `35 ms`, `1.2 s`. */
export const spanText = (millis: number): string =>
  Math.abs(millis) < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`

const words: Readonly<Record<CheckOutcome, string>> = {
  ok: "ok",
  warning: "warning",
  failed: "FAILED",
  skipped: "skipped",
}

const plain = (text: string): string => text

/** One finding: a line, what to do, and what belongs to it. Ends in a line break. */
export const findingText = ({ check, outcome, text, advice, rows = [] }: DoctorFinding, paint: Paint): string => {
  const word = words[outcome].padEnd(8)
  const mark = { ok: plain, warning: paint.yellow, failed: paint.red, skipped: paint.dim }[outcome](word)
  const first = `${mark} ${check.padEnd(12)}${outcome === "skipped" ? paint.dim(visible(text)) : visible(text)}`
  const more = [
    ...rows.map(visible),
    ...(advice === undefined ? [] : advice.split("\n").map((line) => `→ ${visible(line)}`)),
  ]
  return `${[first, ...more.map((line) => " ".repeat(21) + line)].join("\n")}\n`
}

/** Takes these secrets, in any spelling a URL or JSON gives them, out of a text. */
export const redactor = (secrets: ReadonlyArray<string>): (text: string) => string => {
  // Shorter ones would blot out words that are no secret.
  const spellings = secrets.flatMap((secret) =>
    secret.length < 4 ? [] : [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString().slice("secret=".length),
    ]
  )
  const all = [...new Set(spellings)].sort((a, b) => b.length - a.length)
  return (text) => all.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), text)
}

/** What may be secret in an address as it was typed: all of its query, and whatever stands before an `@`. */
export const secretsIn = (address: string | undefined): ReadonlyArray<string> => {
  if (address === undefined || !URL.canParse(address)) return []
  const { searchParams, username, password } = new URL(address)
  return [...searchParams.values(), username, password].filter((text) => text !== "")
}
