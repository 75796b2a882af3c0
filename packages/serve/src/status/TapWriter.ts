/** What a sink gets, for one reader that may be slow: bounded, and never in the way of the sink. */
import { type Change, type Control, latestKey } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"

/** Where a tap writes. */
export interface TapOutput {
  /** Bytes that the system has not taken yet. */
  readonly backlogBytes: () => number
  readonly write: (text: string) => void
}

/** Unsent bytes from which on records wait to be merged. */
const slowBytes = 256 * 1024
/** What may wait. */
const mostWaiting = 10_000

/**
 * Writes records as lines. While its reader takes nothing, of each line of the book the newest record waits; beyond 10,000
 * the oldest are left out, and a line says how many.
 */
export class TapWriter {
  readonly #output: TapOutput
  readonly #waiting = new Map<string, Envelope<unknown>>()
  #count = 0
  #merged = 0
  #dropped = 0

  constructor(output: TapOutput) {
    this.#output = output
  }

  /** Takes a batch. */
  take(envelopes: ReadonlyArray<Envelope<unknown>>): void {
    if (this.#waiting.size === 0 && this.#output.backlogBytes() < slowBytes) {
      this.#output.write(textOf(envelopes))
      return
    }
    for (const envelope of envelopes) this.#wait(envelope)
    this.drain()
  }

  /** Writes what waits, once there is room. */
  drain(): void {
    if (this.#waiting.size === 0 || this.#output.backlogBytes() >= slowBytes) return
    const envelopes = [...this.#waiting.values()]
    this.#waiting.clear()
    const merged = this.#merged
    const dropped = this.#dropped
    this.#merged = 0
    this.#dropped = 0
    const note = merged + dropped === 0 ? "" : `${JSON.stringify({ tap: "slow", merged, dropped })}\n`
    this.#output.write(note + textOf(envelopes))
  }

  #wait(envelope: Envelope<unknown>): void {
    const key = keyOf(envelope) ?? `\u0000${this.#count++}`
    if (this.#waiting.delete(key)) this.#merged++
    this.#waiting.set(key, envelope)
    if (this.#waiting.size <= mostWaiting) return
    for (const oldest of this.#waiting.keys()) {
      this.#waiting.delete(oldest)
      this.#dropped++
      return
    }
  }
}

const textOf = (envelopes: ReadonlyArray<Envelope<unknown>>): string => {
  let text = ""
  for (const envelope of envelopes) text += `${envelope.text}\n`
  return text
}

/** What a record is about; undefined for records that do not merge. */
const keyOf = ({ value }: Envelope<unknown>): string | undefined =>
  typeof value === "object" && value !== null && ("change" in value || "control" in value) && "run" in value
    ? latestKey(value as Change | Control).join("\u0000")
    : undefined
