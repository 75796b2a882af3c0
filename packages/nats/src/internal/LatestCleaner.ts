/** Removes from the latest records what no reader needs: the lines of closed games, and all before a new beginning. */
import type { JetStreamManager } from "@nats-io/jetstream"
import { type Change, type Control, gameId, isControl } from "@boltodds/protocol"
import type { Batch } from "@boltodds/sink"
import type { Streams } from "../NatsOptions.ts"
import { subjectOf, subjectsOfGame } from "../subject/subjectOf.ts"

/** Often enough for a stream that is cleaned after minutes. */
const everyMillis = 10_000
/** Requests to the server at a time. */
const mostAtOnce = 50

/** How a {@link LatestCleaner} works. */
export interface CleanerOptions {
  /** How long a game is closed before its lines are removed. */
  readonly afterMillis: number
  readonly onError: (error: Error) => void
}

interface ClosedGame {
  readonly change: Change
  readonly dueAt: number
}

/**
 * Looks at batches that are stored, and cleans in the background. What it leaves is right without it: a closing comes after
 * the lines that it closes, and a `stream_started` after all that it makes obsolete.
 */
export class LatestCleaner {
  readonly #manager: JetStreamManager
  readonly #streams: Streams
  readonly #options: CleanerOptions
  readonly #closed = new Map<string, ClosedGame>()
  /** The record of a new beginning before which all is obsolete. */
  #beginning: Control | undefined
  #isWorking = false
  readonly #timer: NodeJS.Timeout

  constructor(
    manager: JetStreamManager,
    streams: Streams,
    options: CleanerOptions,
  ) {
    this.#manager = manager
    this.#streams = streams
    this.#options = options
    this.#timer = setInterval(
      () => void this.#work(),
      Math.min(everyMillis, Math.max(100, options.afterMillis)),
    ).unref()
  }

  /** Remembers what a batch makes obsolete. */
  look(batch: Batch<unknown>): void {
    if (this.#streams.latest === undefined) return
    for (const { value } of batch.envelopes) {
      if (typeof value !== "object" || value === null) continue
      const record = value as Change | Control
      if (isControl(record)) {
        if (record.control !== "stream_started") continue
        this.#beginning = record
        this.#closed.clear()
      } else if (record.change === "game_closed") {
        this.#closed.set(gameId(record.sportsbook, record.game), {
          change: record,
          dueAt: performance.now() + this.#options.afterMillis,
        })
      } else if (record.change === "game_opened") {
        this.#closed.delete(gameId(record.sportsbook, record.game))
      }
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #work(): Promise<void> {
    const { latest } = this.#streams
    if (this.#isWorking || latest === undefined) return
    this.#isWorking = true
    try {
      await this.#forgetBefore(latest)
      await this.#forgetClosed(latest)
    } catch (cause) {
      this.#options.onError(
        cause instanceof Error ? cause : new Error(String(cause)),
      )
    } finally {
      this.#isWorking = false
    }
  }

  /** Removes all before the beginning of the last run, once the latest records contain it. */
  async #forgetBefore(latest: string): Promise<void> {
    const beginning = this.#beginning
    if (beginning === undefined) return
    const subject = subjectOf(this.#streams.name, beginning)
    const found = await this.#manager.streams.getMessage(latest, {
      last_by_subj: subject,
    })
    if (found === null) return
    // Another run may have begun meanwhile: then its beginning is found, and all before that is obsolete too.
    // nats-server takes a purge up to the first message for a purge of everything.
    if (found.seq > 1) await this.#manager.streams.purge(latest, { seq: found.seq })
    if (this.#beginning === beginning && isSame(found.json(), beginning)) {
      this.#beginning = undefined
    }
  }

  async #forgetClosed(latest: string): Promise<void> {
    const now = performance.now()
    let count = 0
    for (const [id, closed] of this.#closed) {
      if (closed.dueAt > now || ++count > mostAtOnce) return
      // Only what is older than the closing: the game may have opened again, and its new lines stay.
      const game = await this.#manager.streams.getMessage(latest, {
        last_by_subj: subjectOf(this.#streams.name, closed.change),
      })
      // At the first message there is nothing older, and a purge up to it would be one of all lines of the game.
      if (game !== null && game.seq > 1) {
        for (
          const filter of subjectsOfGame(this.#streams.name, closed.change)
        ) {
          await this.#manager.streams.purge(latest, { filter, seq: game.seq })
        }
      }
      if (this.#closed.get(id) === closed) this.#closed.delete(id)
    }
  }
}

const isSame = (
  stored: unknown,
  { run, seq, part, origin }: Control,
): boolean => {
  const other = stored as Partial<Control>
  return other.run === run && other.seq === seq && other.part === part &&
    other.origin === origin
}
