/** When a session may dial again, by what its attempts came to. Kept from the rules in docs/session.md. */
import type { Meaning } from "./Observation.ts"
import { promised } from "./sessionDocument.ts"

/** What an attempt came to. */
export interface Outcome {
  readonly means: Meaning
  readonly retryAfterMillis: number
  /** How long the link was open; undefined where it never was. */
  readonly up: number | undefined
  /** How long before the end the first data was read; undefined without any. */
  readonly live: number | undefined
}

/** What must follow. */
export type Next =
  | { readonly must: "wait"; readonly least: number; readonly most: number }
  | { readonly must: "KeyRefused" | "FeedUnavailable" | "FrameTooLarge" }

export class BackoffModel {
  /** Attempts since one that proved itself. */
  #tries = 0
  #keyRefusals = 0
  /** Connections that a frame ended which was too large, since one that brought data ended otherwise. */
  #oversized = 0
  fruitless = 0
  everLive = false
  readonly #maxAttempts: number

  constructor(maxAttempts: number) {
    this.#maxAttempts = maxAttempts
  }

  next({ means, retryAfterMillis, up, live }: Outcome): Next {
    if (live !== undefined) this.everLive = true
    const isProven = live !== undefined && live >= promised.proven
    if (isProven) this.#tries = 0
    const isFruit = live !== undefined || (up !== undefined && up >= promised.proven)
    this.fruitless = isFruit ? 0 : this.fruitless + 1
    this.#keyRefusals = means === "key" ? this.#keyRefusals + 1 : 0
    if (means === "oversize") this.#oversized = isProven ? 1 : this.#oversized + 1
    else if (live !== undefined) this.#oversized = 0
    const most = Math.min(promised.longestWait, promised.firstWait * 2 ** this.#tries)
    this.#tries++
    if (this.#oversized >= promised.oversized) return { must: "FrameTooLarge" }
    if (means === "key" && !this.everLive && this.#keyRefusals >= 2) return { must: "KeyRefused" }
    if (this.fruitless >= this.#maxAttempts) return { must: "FeedUnavailable" }
    if (means === "key") {
      return this.everLive
        ? { must: "wait", least: promised.keyRetryLeast, most: promised.keyRetryMost }
        : { must: "wait", least: promised.keyCheckLeast, most: promised.keyCheckMost }
    }
    const asked = Math.min(retryAfterMillis, promised.longestRetryAfter)
    const least = means === "busy" ? Math.max(promised.busyFloor, asked) : asked
    return { must: "wait", least, most: least + most }
  }
}
