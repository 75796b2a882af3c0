/** What a client that joins needs: the newest record of each thing, in the order of the stream. */
import { changeCoalescing, type Coalescing } from "@boltodds/lane"
import { type Change, type Control, gameId, isLineChange, latestKey } from "@boltodds/protocol"
import { type Envelope, withLast, withValue } from "@boltodds/sink"

/**
 * The newest record of each thing that a stream is about. The fold of {@link LatestTable.snapshot} is the fold of all
 * records, by the law of `latestKey` of `@boltodds/protocol`; what is gone leaves no trace. The records keep the order in
 * which they came.
 */
export class LatestTable<A> {
  /** In the order of the newest record. */
  readonly #entries = new Map<string, Envelope<A>>()
  /** The keys of everything that goes with a game, by game. */
  readonly #games = new Map<string, Set<string>>()
  readonly #rules: Coalescing<A> | undefined
  readonly #isChanges: boolean

  /** `rules`: how the records of the emit are merged. Without them only controls are kept. */
  constructor(rules: Coalescing<A> | undefined) {
    this.#rules = rules
    // An emit has its rules from the toolkit, and those of `changes` are one object.
    this.#isChanges = (rules as unknown) === changeCoalescing
  }

  /** How many records a snapshot has. */
  get size(): number {
    return this.#entries.size
  }

  /** How many games, or other owners of records, are known. */
  get games(): number {
    return this.#games.size
  }

  /** Takes the next records of the stream. */
  add(envelopes: ReadonlyArray<Envelope<A>>): void {
    for (let index = 0; index < envelopes.length; index++) {
      const envelope = envelopes[index]!
      if (envelope._tag === "Record") {
        if (this.#isChanges) this.#change(envelope, envelope.value as unknown as Change)
        else if (this.#rules !== undefined) this.#record(envelope, this.#rules)
      } else if ("control" in envelope.value) this.#control(envelope, envelope.value)
    }
  }

  /** All that a client needs that has nothing, in one group. The first record is `stream_started`. */
  snapshot(): ReadonlyArray<Envelope<A>> {
    const all: Array<Envelope<A>> = []
    let left = this.#entries.size
    for (const [key, envelope] of this.#entries) {
      left -= 1
      const marked = withLast(envelope, left === 0)
      // Kept in this form: its text is made once for all who join.
      if (marked !== envelope && left > 0) this.#entries.set(key, marked)
      all.push(marked)
    }
    return all
  }

  #put(key: string, envelope: Envelope<A>): void {
    this.#entries.delete(key)
    this.#entries.set(key, envelope)
  }

  #own(game: string, key: string): void {
    const keys = this.#games.get(game)
    if (keys === undefined) this.#games.set(game, new Set([key]))
    else keys.add(key)
  }

  #forget(game: string): void {
    const keys = this.#games.get(game)
    if (keys === undefined) return
    for (const key of keys) this.#entries.delete(key)
    this.#games.delete(game)
  }

  #change(envelope: Envelope<A>, change: Change): void {
    const game = gameId(change.sportsbook, change.game)
    if (isLineChange(change)) {
      const key = `line\u0000${game}\u0000${change.outcome}`
      if (change.change === "line_closed") {
        this.#entries.delete(key)
        this.#games.get(game)?.delete(key)
        return
      }
      this.#own(game, key)
      return this.#put(key, envelope)
    }
    // An opening begins the game without lines; a closed game is gone with all that was said of it.
    if (change.change !== "game_amended") this.#forget(game)
    if (change.change === "game_closed") return
    const key = `${change.change}\u0000${game}`
    this.#own(game, key)
    this.#put(key, envelope)
  }

  /** A record of another emit: merged with the one before it, as while it waits. */
  #record(envelope: Envelope<A> & { readonly _tag: "Record" }, rules: Coalescing<A>): void {
    const { value } = envelope
    const key = rules.key(value)
    const owner = rules.owner?.(value)
    if (owner === undefined && rules.supersedes?.(value) !== undefined) this.#forget(key)
    const before = this.#entries.get(key)
    const merged = before?._tag === "Record" ? rules.compose(before.value, value) : value
    if (merged === undefined) {
      this.#entries.delete(key)
      if (owner !== undefined) this.#games.get(owner)?.delete(key)
      return
    }
    if (owner !== undefined) this.#own(owner, key)
    this.#put(key, merged === value ? envelope : withValue(envelope, merged))
  }

  #control(envelope: Envelope<A>, control: Control): void {
    switch (control.control) {
      case "stream_started":
        this.#entries.clear()
        this.#games.clear()
        break
      case "game_verified": {
        const game = gameId(control.sportsbook, control.game)
        // Of a game that is not here it says nothing.
        if (this.#rules !== undefined && !this.#games.has(game)) return
        this.#own(game, keyOf(control))
        break
      }
      case "quarantined":
        // Nothing is invalid by these: an outcome that could not be read is suspended.
        if (control.touches === "outcome" || control.touches === "nothing") return
        if (control.touches === "game") {
          const game = gameId(control.sportsbook ?? "", control.game ?? "")
          if (this.#rules !== undefined && !this.#games.has(game)) return
          this.#own(game, keyOf(control))
        }
    }
    this.#put(keyOf(control), envelope)
  }
}

/** No record of an emit has a key like it. */
const keyOf = (control: Control): string => `\u0001${latestKey(control).join("\u0000")}`
