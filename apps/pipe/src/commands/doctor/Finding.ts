/** What one check of the doctor found. */

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
  `${new Intl.NumberFormat("en").format(amount)} ${amount === 1 ? one : many}`

/** `35 ms`, `1.2 s`. */
export const spanText = (millis: number): string =>
  Math.abs(millis) < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`
