/** The lines of a WebSocket beside records, for clients that can go on where they were (`after` in the address). */

/**
 * What follows. `snapshot`: the whole book · `resumed`: what the client missed · `current`: it has all that there is, the
 * newest of it `age_ms` old; null where nothing has come yet.
 */
export type StreamLine =
  | { readonly stream: "snapshot" | "resumed" }
  | { readonly stream: "current"; readonly age_ms: number | null }

/** Such a line as text. */
export const streamLine = (line: StreamLine): string => JSON.stringify(line)

/** The line at the end of a message: after which place the client can go on; empty where it needs a snapshot. */
export const afterLine = (after: string): string => JSON.stringify({ after })

/** A line that is no record. */
export type OtherLine =
  | StreamLine
  | { readonly after: string }
  /** What the server does not do, in its words. */
  | { readonly error: string }

/** Reads a line; undefined for a record. Records begin with their kind. */
export const otherLine = (text: string): OtherLine | undefined =>
  others.some((beginning) => text.startsWith(beginning)) ? JSON.parse(text) : undefined

const others = ['{"stream":', '{"after":', '{"error":']
