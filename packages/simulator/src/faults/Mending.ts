/** Sends again what a fault has withheld from a client. */
import type { GameAt, Wire } from "@boltodds/feed-server"
import type { FaultHost } from "./Behavior.ts"
import type { FramePart } from "./FrameParts.ts"
import type { FaultSpan } from "./Parameter.ts"

/** What follows when a connection was kept from knowing something. */
export interface MendOptions {
  /**
   * `resend`: the games concerned are sent again, as `game_update` or `game_removed` · `cut`: the connection is cut, so
   * that the client comes back to a snapshot · `none`: nothing; the client cannot know what the server holds.
   * @default "resend"
   */
  readonly mend?: "resend" | "cut" | "none" | undefined
  /** How long that takes. @default one second */
  readonly within?: FaultSpan | undefined
}

interface Loss {
  readonly wire: Wire
  readonly games: ReadonlyArray<GameAt>
  /** Counts down the frames until it is mended; undefined where time does. */
  frames: number | undefined
}

/** Keeps account of losses and mends them in time. */
export class Mending {
  readonly #mend: "resend" | "cut" | "none"
  readonly #within: FaultSpan
  readonly #losses = new Set<Loss>()
  #host: FaultHost | undefined

  constructor({ mend, within }: MendOptions) {
    this.#mend = mend ?? "resend"
    this.#within = within ?? { millis: 1000 }
  }

  /** To be called before the first loss. */
  begin(host: FaultHost): void {
    this.#host = host
  }

  /** Whether the loss of these parts can be repaired game by game. That of a clear cannot. */
  static canTellAgain(parts: ReadonlyArray<FramePart>): boolean {
    return parts.length > 0 &&
      parts.every(({ message }) =>
        message !== undefined && message.action !== "book_clear" && message.action !== "sport_clear"
      )
  }

  /** These parts were lost on a connection. */
  lost(wire: Wire, parts: ReadonlyArray<FramePart>): void {
    if (this.#mend === "none") return
    const games = parts.flatMap(({ message }): ReadonlyArray<GameAt> => {
      switch (message?.action) {
        case "initial_state":
        case "game_update":
        case "game_added":
        case "line_update":
        case "game_removed":
          return [message.data]
        default:
          return []
      }
    })
    const loss: Loss = { wire, games, frames: "frames" in this.#within ? this.#within.frames : undefined }
    this.#losses.add(loss)
    if ("millis" in this.#within) this.#host!.later(this.#within.millis, () => this.#settle(loss))
  }

  /** A data frame went by on a connection. */
  passed(wire: Wire): void {
    for (const loss of this.#losses) {
      if (loss.wire.id !== wire.id || loss.frames === undefined || --loss.frames > 0) continue
      loss.frames = undefined
      // After everything that is sent in this turn: by then the book has all of it.
      queueMicrotask(() => this.#settle(loss))
    }
  }

  /** A connection is gone: its client comes back to a snapshot. */
  close(wire: Wire): void {
    for (const loss of this.#losses) if (loss.wire.id === wire.id) this.#losses.delete(loss)
  }

  /** Mends all that is not yet, now. */
  finish(): void {
    for (const loss of this.#losses) this.#settle(loss)
  }

  #settle(loss: Loss): void {
    if (!this.#losses.delete(loss)) return
    if (this.#mend === "cut") return loss.wire.terminate()
    const told = new Set<string>()
    for (const game of loss.games) {
      const key = JSON.stringify([game.sportsbook, game.game])
      if (!told.has(key)) this.#host!.resend(loss.wire, game)
      told.add(key)
    }
  }
}
