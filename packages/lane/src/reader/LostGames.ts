/** The games of which a lane has lost records, until a resnapshot makes them good. */
import { type Change, isLineChange } from "@boltodds/protocol"
import { type Envelope, withValue } from "@boltodds/sink"
import { joinLosses, type Loss } from "./Loss.ts"
import { type LostGame, mostLostGames } from "./LostGame.ts"
import { isRestoringGame } from "./isRestoring.ts"
import { lossScope, lostGameId } from "./lossScope.ts"

interface Entry {
  game: LostGame
  /** All that was lost of it, by run. */
  readonly losses: Map<string, Loss>
  /** The number of its last loss among all losses of the lane. */
  nth: number
  /** A record that may have moved it to another session is lost: what its lines say cannot be related to a session. */
  isUnplaced: boolean
}

/** Lost records, divided by what they mean to the reader. */
export interface Divided {
  readonly games: ReadonlyArray<Loss & { readonly game: LostGame }>
  /** Lost records that no belief depends on. */
  readonly information: ReadonlyArray<Envelope<unknown>>
}

/** Knows which games are lost, and what the lane must not say of them. */
export class LostGames<A> {
  readonly #run: string
  readonly #games = new Map<string, Entry>()
  /** The unverified copies of envelopes: a batch that is tried again holds the same ones. */
  readonly #marked = new WeakMap<Envelope<A>, Envelope<A>>()

  /** All that is divided into games is of the lane's own `run`. */
  constructor(run: string) {
    this.#run = run
  }

  get size(): number {
    return this.#games.size
  }

  get all(): ReadonlyArray<LostGame> {
    return Array.from(this.#games.values(), ({ game }) => game)
  }

  get losses(): ReadonlyArray<Loss> {
    return Array.from(this.#games.values(), ({ losses }) => [...losses.values()]).flat()
  }

  /** Whether these can be lost as well without everything being lost. */
  hasRoomFor(losses: Divided["games"]): boolean {
    const ids = new Set(this.#games.keys())
    for (const { game } of losses) ids.add(lostGameId(game))
    return ids.size <= mostLostGames
  }

  /** `nth`: the number of this loss; `isUnplaced`: its session may have changed with what is lost. */
  add(loss: Loss & { readonly game: LostGame }, nth: number, isUnplaced: boolean): void {
    const id = lostGameId(loss.game)
    let entry = this.#games.get(id)
    if (entry === undefined) {
      entry = { game: loss.game, losses: new Map(), nth, isUnplaced }
      this.#games.set(id, entry)
    }
    const run = loss.run ?? ""
    const older = entry.losses.get(run)
    entry.losses.set(run, older === undefined ? loss : joinLosses(older, loss))
    entry.game = loss.game
    entry.nth = nth
    entry.isUnplaced ||= isUnplaced
  }

  /** The number of the last loss of a game; 0 where none is known. */
  nthOf(id: string): number {
    return this.#games.get(id)?.nth ?? 0
  }

  delete(id: string): void {
    this.#games.delete(id)
  }

  clear(): void {
    this.#games.clear()
  }

  /** Whether a control says of a lost game that it is verified. */
  isRestored(envelope: Envelope<A>): boolean {
    return isRestoringGame(envelope) && this.#entryOf(envelope) !== undefined
  }

  /**
   * Whether a record would make its reader believe what may be over: it was made before what was lost of its game, and is
   * delivered after it.
   */
  isOutdated(envelope: Envelope<A>): boolean {
    const { _tag, value } = envelope
    if (_tag !== "Record" || !isBelieved(value)) return false
    const entry = this.#entryOf(envelope)
    if (entry === undefined) return false
    if (entry.isUnplaced || isOfAnotherRun(envelope, this.#run)) return true
    // Records of one snapshot share a number.
    for (const { lastSeq } of entry.losses.values()) if (value.seq <= lastSeq) return true
    return false
  }

  /** The same envelopes, those that are outdated marked `unverified`. */
  marked(envelopes: ReadonlyArray<Envelope<A>>, isOwn: (envelope: Envelope<A>) => boolean): ReadonlyArray<Envelope<A>> {
    return envelopes.map((envelope) => isOwn(envelope) || !this.isOutdated(envelope) ? envelope : this.#mark(envelope))
  }

  #mark(envelope: Envelope<A>): Envelope<A> {
    const known = this.#marked.get(envelope)
    if (known !== undefined || envelope._tag !== "Record") return known ?? envelope
    const marked = withValue(envelope, { ...envelope.value, unverified: true })
    this.#marked.set(envelope, marked)
    return marked
  }

  #entryOf(envelope: Envelope<A>): Entry | undefined {
    const scope = lossScope(envelope)
    return typeof scope === "string" ? undefined : this.#games.get(lostGameId(scope))
  }
}

/** Whether an envelope is from an earlier process: a store gave it. */
export const isOfAnotherRun = ({ run }: Envelope<unknown>, own: string): boolean => run !== undefined && run !== own

/** Lost envelopes by what they mean; undefined where they mean everything. */
export const divide = (reason: string, envelopes: ReadonlyArray<Envelope<unknown>>): Divided | undefined => {
  const games = new Map<string, Loss & { readonly game: LostGame }>()
  const information: Array<Envelope<unknown>> = []
  for (const envelope of envelopes) {
    const scope = lossScope(envelope)
    if (scope === "everything") return undefined
    if (scope === "nothing") {
      information.push(envelope)
      continue
    }
    const { session, epoch } = envelope.value as Change
    const { run, seq, at } = envelope
    const named = run === undefined ? {} : { run }
    const one = { reason, ...named, count: 1, firstSeq: seq, lastSeq: seq, at, session, epoch, game: scope }
    const key = `${run ?? ""}\u0000${lostGameId(scope)}`
    const older = games.get(key)
    games.set(key, older === undefined ? one : { ...joinLosses(older, one), game: scope })
    if (games.size > mostLostGames) return undefined
  }
  return { games: [...games.values()], information }
}

/** Whether a lost record may have moved its game to another session. */
export const mayMove = ({ value }: Envelope<unknown>): boolean =>
  typeof value === "object" && value !== null && "change" in value && !isLineChange(value as Change)

/** Whether a reader believes a price, or a game to be whole, because of this record. */
const isBelieved = (value: unknown): value is Change => {
  if (typeof value !== "object" || value === null || !("change" in value) || !("seq" in value)) return false
  const { change } = value as Change
  return change !== "line_closed" && change !== "game_closed" && change !== "game_amended"
}
