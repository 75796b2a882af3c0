/** A run without a clock: the records of a made-up feed, from a seed, with a gap. */
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { World } from "@boltodds/simulator"
import { make, thaw } from "@boltodds/state"
import { best, fair, opportunities } from "@boltodds/signals/emits"
import type { BoardScreen } from "../../src/board/BoardScreen.ts"

const run = "01K0A2B3C4D5E6F7G8H9JKMNPQ"

/** When it begins. */
export const beganAt = Date.UTC(2026, 6, 16, 17, 58, 0)

/** A feed whose clock is moved by the caller, with a board that reads it. */
export class SeededRun {
  now = beganAt
  readonly #world: World
  readonly #draft = thaw(make({ run, settleMillis: 2000 }))
  readonly #board: BoardScreen
  readonly #emissions
  #epoch = 0

  constructor(board: BoardScreen, seed = 1) {
    this.#board = board
    this.#world = new World({
      seed,
      games: 24,
      players: 1,
      sports: ["MLB", "NBA", "NFL", "NHL", "EPL"],
      date: "2026-07-16",
    })
    this.#emissions = [
      { emit: "best", emission: best().open({ state: { run } }) },
      { emit: "fair", emission: fair().open({ state: { run } }) },
      { emit: "opportunities", emission: opportunities().open({ state: { run } }) },
    ] as const
  }

  /** Connects, and receives the snapshot. */
  connect(): void {
    this.#epoch++
    const at = this.now
    this.#apply({ _tag: "Connected", session: "feed", epoch: this.#epoch, at, plan: "Pro" })
    this.#apply({ _tag: "Subscribed", session: "feed", epoch: this.#epoch, at, filters: {} })
    this.#frame(this.#world.initial(at))
  }

  /** The snapshot settles. */
  settle(): void {
    this.now += 3000
    this.#apply({ _tag: "Tick", session: "feed", epoch: this.#epoch, at: this.now, wall: this.now })
  }

  /** Prices move, for so many seconds. */
  live(seconds: number, perSecond = 40): void {
    for (let step = 0; step < seconds * perSecond; step++) {
      this.now += 1000 / perSecond
      this.#frame(this.#world.step(this.now))
    }
    this.#status()
  }

  /** The connection is lost; nobody sees what happens meanwhile. */
  cut(): void {
    this.#apply({
      _tag: "Disconnected",
      session: "feed",
      epoch: this.#epoch,
      at: this.now,
      reason: { kind: "network", code: 1006, detail: "broken off" },
    })
    for (let step = 0; step < 60; step++) this.#world.step(this.now)
    this.now += 1300
  }

  #frame(messages: ReadonlyArray<unknown>): void {
    if (messages.length === 0) return
    this.#apply(makeFrame("feed", this.#epoch, Math.round(this.now), JSON.stringify(messages)))
  }

  #apply(event: FeedEvent): void {
    for (const step of this.#draft.apply([event])) {
      this.#board.take("changes", step.records)
      for (const { emit, emission } of this.#emissions) {
        const envelopes = [...emission.advance?.(event.at) ?? [], ...emission.of([step])]
        this.#board.take(emit, envelopes.map(({ value, last }) => last ? { ...value as object, last } : value))
      }
    }
  }

  /** What the process would say of itself. */
  #status(): void {
    const counts = { in: 41_210, delivered: 41_210, pending: 0, pending_bytes: 0, coalesced: 0, dropped: 0, expired: 0 }
    const all = { ...counts, dead_lettered: 0, retries: 0 }
    const lane = {
      type: "board",
      state: "open" as const,
      lossy: false,
      oldest_pending_ms: null,
      breaker: null,
      last_error: null,
    }
    this.#board.takeStatus([{
      status: "lanes",
      lanes: [
        { ...lane, name: "board", emit: "changes", counts: all },
        {
          ...lane,
          name: "alerts",
          type: "webhook",
          emit: "opportunities",
          counts: { ...all, in: 312, delivered: 290, pending: 22, retries: 3 },
          oldest_pending_ms: 4_200,
          breaker: { open_ms: 30_000 },
          last_error: "HTTP 503",
        },
      ],
    }])
  }
}
